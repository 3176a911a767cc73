"""Rows that are computed once: the same to all who read them, whatever becomes of what they were read from."""

from __future__ import annotations

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from lakehouse.caching import cached, computed_once
from lakehouse.delta import Lake
from lakehouse.local_rows import local_rows
from lakehouse.model import ORDER_LINES_RAW


def test_rows_are_the_same_each_time_that_they_are_read(spark: SparkSession) -> None:
    drawn = spark.range(20).select(F.rand().alias("n"))
    once = computed_once(drawn)
    assert once.collect() == once.collect()
    with cached(drawn) as kept:
        assert kept.collect() == kept.collect()


def test_run_s_changes_stay_when_the_table_that_they_were_read_from_changes(spark: SparkSession, lake: Lake) -> None:
    lake.create(ORDER_LINES_RAW)
    row = dict.fromkeys(ORDER_LINES_RAW.column_names) | {"file": "a", "line_number": 1}
    lake.append(ORDER_LINES_RAW, local_rows(spark, [row], ORDER_LINES_RAW.schema))
    changes = computed_once(lake.read(ORDER_LINES_RAW))
    before = changes.collect()
    lake.delete(ORDER_LINES_RAW, "true")
    assert changes.collect() == before != lake.read(ORDER_LINES_RAW).collect()


def test_run_s_changes_have_no_plan_that_spark_could_make_anew(lake: Lake) -> None:
    lake.create(ORDER_LINES_RAW)
    plan = computed_once(lake.read(ORDER_LINES_RAW))._jdf.queryExecution().analyzed().toString()
    assert "LogicalRDD" in plan
    assert lake.path(ORDER_LINES_RAW) not in plan
    assert len(plan.splitlines()) == 1
