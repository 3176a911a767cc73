"""Raw records to the fields that a mapping names: every value a string, as delivered."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakehouse.errors import MappingError
from lakehouse.sources.mapping import Mapping

END = "end of record"


def parse_records(records: DataFrame, mapping: Mapping, headers: Sequence[str]) -> DataFrame:
    """Add each record's fields and what is wrong with it as a record.

    Args:
        records: rows of bronze.order_lines_raw.
        headers: every distinct `header` of CSV files among them; none where no file has a line. Unused for other
            formats.

    Returns:
        The records with `fields` (a struct of strings; NULL values where the record cannot be taken apart) and
        `broken`, the record's own faults: malformed_line, unbalanced_quotes, invalid_encoding.

    Raises:
        MappingError: a header has no column for a field, such as after the mapping was changed.
    """
    if mapping.format.type == "csv":
        headers = headers or [json.dumps([str(names[0]) for names in mapping.fields.values()])]
        parts = [_csv(records.where(F.col("header") == header), mapping, header) for header in headers]
        parsed = reduce(DataFrame.unionByName, parts)
    else:
        parsed = _json(records, mapping)
    bad_bytes = F.when(F.col("raw_base64").isNotNull(), F.lit("invalid_encoding"))
    # As array_compact gives it; but that one keeps Spark from generating code for whatever is computed beside it.
    broken = F.array_except(F.array(F.col("_fault"), bad_bytes), F.array(F.lit(None).cast("string")))
    return parsed.withColumn("broken", broken).drop("_fault")


def _csv(records: DataFrame, mapping: Mapping, header: str) -> DataFrame:
    names, form = json.loads(header), mapping.format
    columns = ", ".join(f"c{n} STRING" for n in range(len(names)))
    options = {"sep": form.delimiter, "quote": form.quote, "escape": form.quote, "columnNameOfCorruptRecord": "corrupt"}
    parsed = records.withColumn("_parts", F.from_csv("raw", f"{columns}, corrupt STRING", options))
    values = [F.col(f"_parts.c{position}").alias(field) for field, position in field_positions(mapping, names).items()]
    quotes = F.length("raw") - F.length(F.replace("raw", F.lit(form.quote), F.lit("")))
    # The whole struct is asked for: Spark leaves malformed lines unmarked where columns are pruned.
    malformed = F.col("_parts").isNull() | F.col("_parts.corrupt").isNotNull()
    fault = F.when(quotes % 2 == 1, F.lit("unbalanced_quotes")).when(malformed, F.lit("malformed_line"))
    return parsed.withColumn("fields", F.struct(*values)).withColumn("_fault", fault).drop("_parts")


def field_positions(mapping: Mapping, header: Sequence[str]) -> dict[str, int]:
    """Where each field stands in a record, from 0: columns go by name, or by number where files have no header."""
    found = {
        field: [header.index(str(name)) for name in names if str(name) in header]
        for field, names in mapping.fields.items()
    }
    missing = [field for field, positions in found.items() if not positions]
    if missing:
        advice = f"files with the columns {', '.join(header)} are loaded already: add their name for it to the list"
        raise MappingError(mapping.origin or mapping.name, [f"fields.{field}: {advice}" for field in missing])
    return {field: positions[0] for field, positions in found.items()}


def _json(records: DataFrame, mapping: Mapping) -> DataFrame:
    # The record is read as the first item of an array whose second closes it: text behind the record, which
    # Spark would pass over, makes it unreadable. A variant keeps numbers as written; other readers go by double.
    wrapped = F.try_parse_json(F.concat(F.lit("["), F.col("raw"), F.lit(f', "{END}"]')))
    shape = json_shape([str(name) for names in mapping.fields.values() for name in names])
    parsed = records.withColumn("_json", wrapped)
    closed = F.try_variant_get("_json", "$[1]", "string").eqNullSafe(F.lit(END))
    parsed = parsed.withColumn("_closed", closed).withColumn("_parts", F.try_variant_get("_json", "$[0]", shape))
    values = [F.coalesce(*(_at(str(name)) for name in names)).alias(field) for field, names in mapping.fields.items()]
    fault = F.when(~F.col("_closed") | F.col("_parts").isNull(), F.lit("malformed_line"))
    return parsed.withColumn("fields", F.struct(*values)).withColumn("_fault", fault).drop("_json", "_closed", "_parts")


def _at(path: str) -> Column:
    return F.col("_parts." + ".".join(f"`{part}`" for part in path.split(".")))


def json_shape(paths: Sequence[str]) -> str:
    """Spark type of an object with a string at each path: a, b.c give struct<`a`: string, `b`: struct<`c`: string>>."""
    inner: dict[str, list[str]] = {}
    for path in paths:
        head, _, rest = path.partition(".")
        inner.setdefault(head, []).extend([rest] if rest else [])
    parts = (f"`{name}`: {json_shape(rest) if rest else 'string'}" for name, rest in inner.items())
    return f"struct<{', '.join(parts)}>"


def fields_schema(mapping: Mapping) -> str:
    """The fields as a Spark DDL string, all of them strings."""
    return ", ".join(f"`{name}` STRING" for name in mapping.fields)
