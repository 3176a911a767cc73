"""What the log of job runs tells a job of another."""

from __future__ import annotations

import pytest
from pyspark.sql import Row, SparkSession

from lakehouse.delta import Lake
from lakehouse.jobs.run_log import JobRun
from lakehouse.model import ORDER_LINES


def logged(job: str, start: int, end: int, version: int) -> Row:
    """A run of a job, its times as numbers, that read silver.order_lines up to a version."""
    inputs = {ORDER_LINES.name: Row(id="table", version=version)}
    return Row(job=job, run_id=f"run-{start}", started_at=start, finished_at=end, inputs=inputs)


FACT = logged("fact", 30, 40, 5)


@pytest.mark.parametrize(
    ("runs", "in_step"),
    [
        ([logged("dimensions", 10, 20, 5)], True),
        ([logged("dimensions", 10, 20, 4)], False),
        ([logged("dimensions", 50, 60, 5)], False),
        ([logged("dimensions", 5, 8, 5), logged("dimensions", 10, 20, 4)], False),
        ([logged("other", 10, 20, 5)], False),
        ([], False),
    ],
    ids=["same version", "older version", "only afterwards", "newest counts", "other job", "never ran"],
)
def test_job_was_in_step_where_the_other_had_read_the_same_before(
    spark: SparkSession, runs: list[Row], in_step: bool
) -> None:
    def of_fact(last: Row | None) -> JobRun:
        return JobRun(Lake(spark, "lake"), "fact", "run-50", "shop", "hash", last, {}, [*runs, FACT])

    assert of_fact(FACT).was_in_step_with("dimensions", ORDER_LINES) is in_step
    assert not of_fact(None).was_in_step_with("dimensions", ORDER_LINES)
