"""Rows that are read more than once, computed once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pyspark import StorageLevel
from pyspark.sql import DataFrame


@contextmanager
def cached(rows: DataFrame, level: StorageLevel = StorageLevel.MEMORY_AND_DISK_DESER) -> Iterator[DataFrame]:
    """Keep the rows for the length of a block, from the first time that they are asked for."""
    kept = rows.persist(level)
    try:
        yield kept
    finally:
        kept.unpersist()
