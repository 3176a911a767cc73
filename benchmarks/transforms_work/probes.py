"""What the lakehouse asks of an engine beyond the pure transforms, tried on a session one thing at a time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, Observation, SparkSession
from pyspark.sql import functions as F

Probe = Callable[[SparkSession, str], Any]
"""Does something in a folder of its own, and returns what it came to."""


def _value(expression: str) -> Probe:
    return lambda spark, folder: spark.sql(f"SELECT {expression} AS value").collect()[0]["value"]


def _appended_twice_with_one_batch_number(spark: SparkSession, folder: str) -> int:
    for _ in range(2):
        write = _rows(spark).write.format("delta").mode("append")
        write.option("txnAppId", "probe").option("txnVersion", 1).save(folder)
    return spark.read.format("delta").load(folder).count()


def _change_feed(spark: SparkSession, folder: str) -> bool:
    spark.sql(f"CREATE TABLE delta.`{folder}` (n BIGINT) USING DELTA TBLPROPERTIES (delta.enableChangeDataFeed = true)")
    return _read_feed(spark, folder)


def _read_feed(spark: SparkSession, folder: str) -> bool:
    feed = spark.read.format("delta").option("readChangeFeed", "true").option("startingVersion", 0).load(folder)
    return "_change_type" in feed.columns


def _feed_of_a_plain_table(spark: SparkSession, folder: str) -> bool:
    _rows(spark).write.format("delta").save(folder)
    try:
        return _read_feed(spark, folder)
    except PySparkException:
        return True  # refused, as it must be: no row is lost silently


def _merge(spark: SparkSession, folder: str) -> int:
    _rows(spark).write.format("delta").save(folder)
    merge = f"MERGE INTO delta.`{folder}` t USING {{changes}} c ON t.n = c.n WHEN MATCHED THEN DELETE"
    spark.sql(merge, changes=_rows(spark).where("n = 1")).collect()
    return spark.read.format("delta").load(folder).count()


def _version(spark: SparkSession, folder: str) -> int:
    _rows(spark).write.format("delta").save(folder)
    return int(spark.sql(f"DESCRIBE HISTORY delta.`{folder}` LIMIT 1").collect()[0]["version"])


def _files_told(spark: SparkSession, folder: str) -> bool:
    _rows(spark).write.format("delta").save(folder)
    return bool(spark.read.format("delta").load(folder).inputFiles())


def _observed(spark: SparkSession, folder: str) -> int:
    counted = Observation()
    _rows(spark).observe(counted, F.count(F.lit(1)).alias("rows")).write.format("delta").save(folder)
    return int(counted.get["rows"])


def _bytes_that_are_no_text(spark: SparkSession, folder: str) -> int:
    Path(folder).mkdir()
    (Path(folder) / "lines.txt").write_bytes(b"good\nCaf\xe9\n")
    return spark.read.text(folder).count()


def _file_of_a_row(spark: SparkSession, folder: str) -> int:
    Path(folder).mkdir()
    (Path(folder) / "lines.txt").write_bytes(b"one\n")
    return spark.read.text(folder).select("_metadata.file_path").count()


def _stream_to_delta(spark: SparkSession, folder: str) -> bool:
    rate = spark.readStream.format("rate").load().writeStream.format("delta")
    rate.option("checkpointLocation", f"{folder}-checkpoint").start(folder).stop()
    return True


def _spark_ml(spark: SparkSession, folder: str) -> int:
    from pyspark.ml.feature import VectorAssembler

    return VectorAssembler(inputCols=["n"], outputCol="features").transform(_rows(spark)).count()


def _rows(spark: SparkSession) -> DataFrame:
    return spark.range(3).withColumnRenamed("id", "n")


PROBES: dict[str, tuple[Any, Probe]] = {
    "JSON by variants: a value of an object": (1, _value("""try_variant_get(parse_json('{"n":1}'), '$.n', 'int')""")),
    "try_multiply of decimals": (2, _value("CAST(try_multiply(1.0, 2.0) AS INT)")),
    "weekday of a Sunday": (6, _value("weekday(DATE '2024-01-07')")),
    "from_csv of a line with a field too many": ("a", _value("from_csv('a,b', 'x STRING').x")),
    "text with bytes that are no UTF-8": (2, _bytes_that_are_no_text),
    "the file that a row came from (`_metadata`)": (1, _file_of_a_row),
    "an append that happens once (txnAppId, txnVersion)": (3, _appended_twice_with_one_batch_number),
    "a table with a change data feed": (True, _change_feed),
    "a change data feed that is not there is refused": (True, _feed_of_a_plain_table),
    "MERGE with a DataFrame as source": (2, _merge),
    "version of a table (DESCRIBE HISTORY)": (0, _version),
    "files of a table (inputFiles)": (True, _files_told),
    "rows counted while they are written (observe)": (3, _observed),
    "a stream into a Delta table": (True, _stream_to_delta),
    "spark.ml": (3, _spark_ml),
}  # fmt: skip
"""What is asked, what Spark answers, and how it is asked."""


def probe(spark: SparkSession, work: Path) -> dict[str, str]:
    """Try everything; what each came to, in words."""
    return {
        what: _outcome(expected, ask, spark, work / f"probe-{number}")
        for number, (what, (expected, ask)) in enumerate(PROBES.items())
    }


def _outcome(expected: Any, ask: Probe, spark: SparkSession, folder: Path) -> str:
    try:
        answer = ask(spark, str(folder))
    except (PySparkException, NotImplementedError) as error:
        return f"refused: {' '.join(str(error).split())[:100]}"
    return "works" if str(answer) == str(expected) else f"**answers {answer}**, Spark {expected}"
