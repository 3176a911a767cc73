"""Whether Spark interprets queries or generates code for them, which for some thousand rows takes longer than the rows.

A session that starts with INTERPRETED generates code for what reads or writes many rows after all. Others always do.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

INTERPRETED = {
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.shuffle.partitions": "1",
}
COMPILED = {
    "spark.sql.codegen.wholeStage": "true",
    "spark.sql.codegen.factoryMode": "FALLBACK",
    "spark.sql.adaptive.enabled": "true",
    "spark.sql.shuffle.partitions": "4",
}
LARGE_TABLE = "spark.lakehouse.largeTable"
"""Setting of a session that interprets: bytes from which on a table is worth code; `none` where all are small."""
BYTES_WORTH_CODE, ROWS_WORTH_CODE, MOST_BROADCAST = 20_000_000, 200_000, 200_000

_lock = Lock()
_blocks = 0
_before: dict[str, str] = {}


def worth_code(spark: SparkSession) -> int | None:
    """Bytes of a table from which on a session that interprets is to generate code; None where none is, or all do."""
    size = spark.conf.get(LARGE_TABLE, None)
    return None if size in (None, "none") else int(str(size))


@contextmanager
def compiled(spark: SparkSession, *, when: bool = True) -> Iterator[None]:
    """Have code generated for what is planned within, and by other threads meanwhile; `when` False changes nothing."""
    if not when or spark.conf.get(LARGE_TABLE, None) is None:
        yield
        return
    _begin(spark)
    try:
        yield
    finally:
        _end(spark)


def _begin(spark: SparkSession) -> None:
    global _blocks, _before
    with _lock:
        if not _blocks:
            _before = {name: str(spark.conf.get(name)) for name in INTERPRETED}
            _set(spark, COMPILED)
        _blocks += 1


def _end(spark: SparkSession) -> None:
    global _blocks
    with _lock:
        _blocks -= 1
        if not _blocks:
            _set(spark, _before)


def _set(spark: SparkSession, settings: dict[str, str]) -> None:
    for name, value in settings.items():
        spark.conf.set(name, value)


def broadcast_if_few(rows: DataFrame, count: int | None = None) -> DataFrame:
    """Rows of whose number Spark has no notion: if few, what is joined to them need not be shuffled.

    Where no table is large it is not worth the counting.
    """
    if rows.sparkSession.conf.get(LARGE_TABLE, None) == "none":
        return rows
    return F.broadcast(rows) if (rows.count() if count is None else count) <= MOST_BROADCAST else rows
