"""Two writers on one lake: the second waits or fails in one clear line, and nothing is lost or doubled."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from lakehouse.delta import Lake
from lakehouse.errors import BusyError, LedgerError
from lakehouse.failpoints import installed
from lakehouse.failures import told_in_one_line
from lakehouse.lock import run_lock
from lakehouse.model import HOLDS
from lakehouse.pipeline import Options, go_on, run_job, run_pipeline
from lakehouse.settings import State
from tests.chaos.delivery import OPTIONS, deliver, state_in

LONGEST_WAIT_SECONDS = 120
BATCHES = (1, 2)


def hold(spark: SparkSession, *batches: int, status: str) -> DataFrame:
    """Rows of ops.holds."""
    rows = [("softcart", batch, 10, 5, "unknown_currency", status, 0) for batch in batches]
    return spark.createDataFrame(rows, HOLDS.schema)


def held_up(rows: DataFrame, folder: Path) -> DataFrame:
    """The rows, given out once there is a file `go on`; a file `reading` tells that somebody waits for them."""

    def wait(batch: int) -> int:
        (folder / "reading").touch()
        began = time.monotonic()
        while not (folder / "go on").exists() and time.monotonic() - began < LONGEST_WAIT_SECONDS:
            time.sleep(0.05)
        return batch

    return rows.withColumn("batch", F.udf(wait, "bigint")("batch"))


@pytest.fixture
def holds(spark: SparkSession, lake: Lake) -> Lake:
    lake.create(HOLDS)
    lake.append(HOLDS, hold(spark, *BATCHES, status="open"))
    return lake


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as threads:
        yield threads


def start_merge(pool: ThreadPoolExecutor, lake: Lake, rows: DataFrame, folder: Path) -> Future[None]:
    """Have a merge wait in the middle, with all that it knows of the table read."""
    merging = pool.submit(lake._merge, HOLDS, held_up(rows.withColumn("op", F.lit("update")), folder))
    began = time.monotonic()
    while not (folder / "reading").exists() and time.monotonic() - began < LONGEST_WAIT_SECONDS:
        time.sleep(0.05)
    return merging


def statuses(lake: Lake) -> dict[int, str]:
    return {row["batch"]: row["status"] for row in lake.read(HOLDS).collect()}


def test_merge_overtaken_by_another_fails_in_one_line_and_does_its_work_when_run_again(
    spark: SparkSession, holds: Lake, pool: ThreadPoolExecutor, tmp_path: Path
) -> None:
    mended, accepted = (hold(spark, batch, status=s) for batch, s in ((1, "mended"), (2, "accepted")))
    slow = start_merge(pool, holds, mended, tmp_path)
    holds._merge(HOLDS, accepted.withColumn("op", F.lit("update")))
    (tmp_path / "go on").touch()
    state = State(tmp_path, "softcart", tmp_path)
    with (
        pytest.raises(BusyError, match=r"publish stopped: another run wrote .* `lakehouse run` goes on from there"),
        told_in_one_line("publish", go_on(state)),
    ):
        slow.result()
    assert statuses(holds) == {1: "open", 2: "accepted"}
    holds._merge(HOLDS, mended.withColumn("op", F.lit("update")))
    assert statuses(holds) == {1: "mended", 2: "accepted"}


def test_rows_appended_beside_a_merge_are_kept(
    spark: SparkSession, holds: Lake, pool: ThreadPoolExecutor, tmp_path: Path
) -> None:
    mended = hold(spark, 1, status="mended")
    slow = start_merge(pool, holds, mended, tmp_path)
    holds.append(HOLDS, hold(spark, 3, status="open"))
    (tmp_path / "go on").touch()
    with pytest.raises(BusyError), told_in_one_line("publish", "run again."):
        slow.result()
    holds._merge(HOLDS, mended.withColumn("op", F.lit("update")))
    assert statuses(holds) == {1: "mended", 2: "open", 3: "open"}


def test_second_run_on_a_shared_lake_is_refused_before_it_touches_anything(tmp_path: Path) -> None:
    first, second = (state_in(tmp_path / name, tmp_path / "landing") for name in ("first", "second"))
    deliver(first.landing, 1)
    first.lake.mkdir(parents=True)
    second.home.mkdir(parents=True)
    second.lake.symlink_to(first.lake)
    with run_lock(first.home), pytest.raises(BusyError, match=f"is at work on {first.home}"):
        run_pipeline(second, Options())
    assert [path.name for path in second.home.iterdir()] == ["lake"]


def test_rows_doubled_by_two_jobs_that_no_lock_keeps_apart_are_found_before_they_are_published(
    spark: SparkSession, tmp_path: Path
) -> None:
    """As two clusters might on S3, where a scheduler has to see to it that a job runs once at a time."""
    state = state_in(tmp_path, tmp_path / "landing")
    state.home.mkdir()
    deliver(state.landing, 1)
    others = ["build_order_lines"]

    def run(job: str) -> None:
        run_job(spark, job, state, OPTIONS, "run")

    def other_run(event: str) -> None:
        if event == "before append silver.dispositions" and others:
            run(others.pop())

    run("ingest_orders")
    with installed(other_run):
        run("build_order_lines")
    for job in ("build_dimensions", "build_fact_sales", "build_daily_sales"):
        run(job)
    with pytest.raises(LedgerError, match="bronze and silver differ"):
        run("publish_to_warehouse")
