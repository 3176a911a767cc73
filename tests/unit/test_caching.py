"""Rows that are computed once: the same to all who read them, whatever becomes of what they were read from."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyspark.sql import DataFrame, SparkSession

from lakehouse.caching import cached, computed_once
from lakehouse.delta import Lake
from lakehouse.model import ORDER_LINES_RAW


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "rows.txt"
    path.write_text("old\n")
    return path


def texts(rows: DataFrame) -> list[str]:
    return [row["value"] for row in rows.collect()]


def test_cached_rows_stay_as_they_were_read_until_the_block_ends(spark: SparkSession, file: Path) -> None:
    with cached(spark.read.text(str(file))) as kept:
        assert texts(kept) == ["old"]
        file.write_text("new\n")
        assert texts(kept) == ["old"]
    assert texts(spark.read.text(str(file))) == ["new"]


def test_changes_of_a_run_stay_as_they_were_first_read(spark: SparkSession, file: Path) -> None:
    changes = computed_once(spark.read.text(str(file)))
    assert texts(changes) == ["old"]
    file.write_text("new\n")
    assert texts(changes) == ["old"]


def test_changes_of_a_run_have_no_plan_that_spark_could_make_anew(lake: Lake) -> None:
    lake.create(ORDER_LINES_RAW)
    plan = computed_once(lake.read(ORDER_LINES_RAW))._jdf.queryExecution().analyzed().toString()
    assert "LogicalRDD" in plan
    assert lake.path(ORDER_LINES_RAW) not in plan
