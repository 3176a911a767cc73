"""Rows that are read more than once, computed once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pyspark import StorageLevel
from pyspark.sql import DataFrame


@contextmanager
def cached(rows: DataFrame, level: StorageLevel = StorageLevel.MEMORY_AND_DISK_DESER) -> Iterator[DataFrame]:
    """Keep all of a table's or landing's rows, in columns, for the length of a block, from when they are first read."""
    kept = rows.persist(level)
    try:
        yield kept
    finally:
        kept.unpersist()


def computed_once(rows: DataFrame) -> DataFrame:
    """A run's changes, computed when they are first asked for, and cut off from the plan that they came from.

    What is cached by `cached` Spark plans anew at each write to a table that it was read from, and at each end of
    another's caching. An executor that is lost takes these rows with it: the job fails, and the next run goes on.
    """
    return rows.localCheckpoint(eager=False, storageLevel=StorageLevel.MEMORY_AND_DISK_DESER)
