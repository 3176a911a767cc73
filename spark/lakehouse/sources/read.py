"""Landed files to raw records: text, file and line number, nothing interpreted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict
from functools import reduce
from urllib.parse import unquote

from pyspark.sql import Column, DataFrame, SparkSession, Window
from pyspark.sql import functions as F

from lakehouse.local_rows import local_rows
from lakehouse.sources.format import Format
from lakehouse.sources.mapping import Mapping
from lakehouse.sources.plan import FileEntry
from lakehouse.sources.storage import Storage

BLANK = "' \t\r\n'"
GLOB_SIGNS = re.compile(r"([\[\]{}*?\\])")


def read_records(spark: SparkSession, storage: Storage, plan: Sequence[FileEntry], mapping: Mapping) -> DataFrame:
    """Read the planned files.

    Args:
        storage: where the plan's paths are below.
        plan: at least one file.

    Returns:
        The columns of bronze.order_lines_raw, one row for each record.
    """
    names = [_name(storage, entry) for entry in plan]
    # Two bytes are a line end in UTF-16: such files are decoded before they are split.
    text = spark.read.text(names, wholetext=mapping.format.encoding == "utf-16")
    files = _files(spark, text.inputFiles(), storage.for_spark, plan)
    if mapping.format.type == "parquet":
        records = reduce(DataFrame.union, [_parquet(spark, alike, files) for alike in _by_schema(storage, plan)])
    else:
        records = _records(_lines(text, files, mapping.format), mapping.format)
    details = files.drop("url", "header_lines").distinct()
    return records.join(F.broadcast(details), "file_number").drop("file_number")


def _name(storage: Storage, entry: FileEntry) -> str:
    return GLOB_SIGNS.sub(r"\\\1", f"{storage.for_spark}/{entry.path}")


def _files(spark: SparkSession, urls: Sequence[str], landing: str, plan: Sequence[FileEntry]) -> DataFrame:
    """The plan with the URL by which Spark names each file, and a number: a path is long to carry through a shuffle."""
    by_path = {entry.path: entry for entry in plan}
    rows = [
        {"file_number": number, "url": spelling, "file": entry.path} | asdict(entry)
        for number, url in enumerate(urls)
        for entry in [by_path[below(landing, url)]]
        for spelling in spellings(url)
    ]
    schema = "file_number INT, url STRING, header_lines INT, file STRING, header STRING, source STRING, batch BIGINT"
    return local_rows(spark, rows, f"{schema}, mapping_hash STRING")


def spellings(url: str) -> set[str]:
    """A local file's URL with one slash and with three: Spark's readers and its metadata column differ in that."""
    return {re.sub("^file:/+", scheme, url) for scheme in ("file:/", "file:///")}


def below(landing: str, url: str) -> str:
    """The path below the landing place of a file that Spark names by its URL."""
    path = unquote(url)
    return path[path.index(landing.rstrip("/") + "/") + len(landing.rstrip("/")) + 1 :]


def _lines(content: DataFrame, files: DataFrame, form: Format) -> DataFrame:
    """Every line below the header: file_number, line_number, and its bytes as the string `value`."""
    if form.encoding == "utf-16":
        text = "regexp_replace(decode(CAST(value AS BINARY), 'UTF-16'), '^\ufeff', '')"
        whole = _of_files(content, files).withColumn("text", F.expr(text))
        split = F.expr("posexplode(split(text, '\r\n|\n|\r'))").alias("position", "value")
        lines = whole.select("file_number", "header_lines", split)
        numbered = lines.withColumn("line_number", (F.col("position") + 1).cast("bigint"))
    else:
        lines = _of_files(content, files).withColumn("position", F.monotonically_increasing_id())
        number = F.row_number().over(Window.partitionBy("file_number").orderBy("position"))
        numbered = lines.withColumn("line_number", number.cast("bigint"))
    return numbered.where("line_number > header_lines").select("file_number", "line_number", "value")


def _of_files(rows: DataFrame, files: DataFrame) -> DataFrame:
    numbers = F.broadcast(files.select("url", "file_number", "header_lines"))
    return rows.join(numbers, rows["_metadata.file_path"] == numbers["url"]).drop("url")


def _records(lines: DataFrame, form: Format) -> DataFrame:
    if form.multiline:
        lines = join_quoted_lines(lines, form.quote)
    filled = lines.where(f"trim(BOTH {BLANK} FROM value) <> ''")
    return filled.select("file_number", "line_number", _text(form).alias("raw"), _bytes(form).alias("raw_base64"))


def _text(form: Format) -> Column:
    if form.encoding in ("utf-8", "utf-16"):
        return F.expr("make_valid_utf8(value)")
    # Spark's own decoders fail the whole read at a byte that an encoding lacks; Latin-1 has a sign for each.
    upper = bytes(range(0x80, 0x100))
    signs = F.expr("decode(CAST(value AS BINARY), 'ISO-8859-1')")
    return F.translate(signs, upper.decode("iso-8859-1"), upper.decode(form.encoding, errors="replace"))


def _bytes(form: Format) -> Column:
    """The bytes in base64 where `_text` could not keep them all."""
    whole = F.expr("is_valid_utf8(value)")
    if form.encoding not in ("utf-8", "utf-16"):
        whole = ~F.contains(_text(form), F.lit("\ufffd"))
    return F.when(~whole, F.base64(F.col("value").cast("binary")))


def join_quoted_lines(lines: DataFrame, quote: str) -> DataFrame:
    """Put the lines of a record that goes on inside quotes together again.

    A record ends where the quotes so far are even in number; it keeps the number of its first line.
    """
    in_file = Window.partitionBy("file_number").orderBy("line_number")
    # Counted in bytes: bytes that are no UTF-8 have no length in characters.
    removed = F.octet_length("value") - F.octet_length(F.replace("value", F.lit(quote), F.lit("")))
    quotes = (removed / len(quote.encode())).cast("int")
    before = F.coalesce(F.sum(quotes).over(in_file.rowsBetween(Window.unboundedPreceding, -1)), F.lit(0))
    marked = lines.withColumn("_outside", before % 2 == 0).where(
        f"NOT (_outside AND trim(BOTH {BLANK} FROM value) = '')"
    )
    first = F.last(F.expr("CASE WHEN _outside THEN line_number END"), ignorenulls=True).over(in_file)
    grouped = marked.withColumn("_first", first).groupBy("file_number", F.col("_first").alias("line_number"))
    parts = F.sort_array(F.collect_list(F.struct("line_number", "value")))
    return grouped.agg(F.array_join(F.transform(parts, lambda part: part["value"]), "\n").alias("value"))


def _by_schema(storage: Storage, plan: Sequence[FileEntry]) -> list[list[str]]:
    """Paths of files with the same columns and types: merged with others, a file's rows would take their columns on."""
    import pyarrow.parquet as pq  # where no Parquet lands, Spark alone is needed

    alike: dict[str, list[str]] = {}
    for entry in plan:
        with storage.open(entry.path) as file:
            schema = pq.read_schema(file).remove_metadata()
        alike.setdefault(str(schema), []).append(_name(storage, entry))
    return list(alike.values())


def _parquet(spark: SparkSession, names: Sequence[str], files: DataFrame) -> DataFrame:
    rows = spark.read.parquet(*names)
    text = F.to_json(F.struct("*"), {"ignoreNullFields": "false"})
    number = (F.col("_metadata.row_index") + 1).alias("line_number")
    raw = rows.select(F.col("_metadata.file_path").alias("_url"), number, text.alias("raw"))
    numbers = F.broadcast(files.select("url", "file_number"))
    numbered = raw.join(numbers, raw["_url"] == numbers["url"])
    return numbered.select("file_number", "line_number", "raw", F.lit(None).cast("string").alias("raw_base64"))
