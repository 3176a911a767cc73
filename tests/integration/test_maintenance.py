"""Upkeep of a lake: fewer files, the same rows, and runs that go on as if nothing had been."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pyspark.sql import SparkSession

from lakehouse.delta import Lake
from lakehouse.errors import UsageError
from lakehouse.failpoints import installed
from lakehouse.jobs import maintain_lake
from lakehouse.local_rows import local_rows
from lakehouse.model import DAILY_SALES, FACT_SALES, JOB_RUNS, ORDER_LINES, TABLES, Table

if TYPE_CHECKING:
    from tests.integration.conftest import OpenShop, Shop

SMALLEST = "spark.databricks.delta.optimize.minFileSize"
RETENTION_CHECK = "spark.databricks.delta.retentionDurationCheck.enabled"


def sale(number: int, **others: Any) -> dict[str, Any]:
    return {
        "line_id": f"L{number}", "order_id": f"O{number}", "updated_at": f"2024-05-{number:02d}T12:05:00.000Z",
        "ordered_at": f"2024-05-{number:02d}T12:00:00Z", "type": "sale", "deleted": False,
        "product": {"id": "P1"}, "country": "France", "quantity": 1, "unit_price": 10,
    } | others  # fmt: skip


def maintain(shop: Shop, keep_days: int = maintain_lake.KEEP_DAYS) -> dict[str, int]:
    config = maintain_lake.Config(str(shop.state.lake.resolve()), "upkeep", keep_days)
    return maintain_lake.run(shop.spark, config)


def present(shop: Shop) -> list[Table]:
    return [table for table in TABLES if shop.lake.has(table)]


def everything(shop: Shop) -> dict[str, list[tuple[Any, ...]]]:
    return {table.name: shop.rows(table) for table in present(shop)}


def files_in_use(shop: Shop, table: Table) -> int:
    [detail] = shop.spark.sql(f"DESCRIBE DETAIL {shop.lake.sql_name(table)}").collect()
    return int(detail["numFiles"])


def files_on_disk(shop: Shop, table: Table) -> set[Path]:
    return set(Path(shop.lake.path(table).removeprefix("file:")).glob("*.parquet"))


@pytest.fixture(scope="module")
def grown(open_shop: OpenShop, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """A shop after two deliveries, each of which has added files."""
    shop = open_shop(tmp_path_factory.mktemp("grown"))
    for day in (1, 2):
        shop.land(f"day-{day}.jsonl", sale(day), sale(day + 10))
        shop.run()
    return shop


@pytest.fixture
def few_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Upkeep takes half a second for each table: most tests need but some."""
    monkeypatch.setattr(maintain_lake, "TABLES", (ORDER_LINES, FACT_SALES, JOB_RUNS))


@pytest.fixture(autouse=True)
def session_as_the_job_sets_it(spark: SparkSession) -> Iterator[None]:
    before = {name: spark.conf.get(name, None) for name in maintain_lake.SETTINGS}
    for name, value in maintain_lake.SETTINGS.items():
        spark.conf.set(name, value)
    yield
    for name, earlier in before.items():
        if earlier is None:
            spark.conf.unset(name)
        else:
            spark.conf.set(name, earlier)


@pytest.fixture
def any_age(spark: SparkSession) -> Iterator[None]:
    """Delta lets files go that are younger than a week."""
    spark.conf.set(RETENTION_CHECK, "false")
    yield
    spark.conf.unset(RETENTION_CHECK)


def test_small_files_are_joined_every_row_stays_and_runs_go_on(grown: Shop) -> None:
    grown.land("day-3.jsonl", sale(3))
    grown.run()
    rows, files = everything(grown), {table.name: files_in_use(grown, table) for table in present(grown)}
    assert files[FACT_SALES.name] >= 2 <= files[JOB_RUNS.name]
    grown.spark.conf.set("spark.sql.files.maxRecordsPerFile", "1")  # which a session has, for first loads
    assert maintain(grown) == {name: count if count > 1 else 0 for name, count in files.items()}
    assert {files_in_use(grown, table) for table in present(grown)} <= {0, 1}
    assert everything(grown) == rows

    assert not any(grown.run().values())  # it notes the new versions
    del rows[JOB_RUNS.name]
    assert {name: found for name, found in everything(grown).items() if name in rows} == rows
    versions = grown.versions(*present(grown))
    grown.run()
    assert grown.versions(*present(grown)) == versions


def test_files_that_are_not_small_stay_as_they_are(
    open_shop: OpenShop, tmp_path: Path, few_tables: None, spark: SparkSession
) -> None:
    shop = open_shop(tmp_path)
    for day in (1, 2):
        shop.land(f"day-{day}.jsonl", sale(day))
        shop.run("ingest_orders", "build_order_lines")
    before = spark.conf.get(SMALLEST)
    spark.conf.set(SMALLEST, "1")
    try:
        assert maintain(shop)[ORDER_LINES.name] == 0
    finally:
        spark.conf.set(SMALLEST, str(before))
    assert maintain(shop)[ORDER_LINES.name] == 2


def test_further_upkeep_finds_nothing_to_join_and_commits_nothing(grown: Shop, few_tables: None) -> None:
    maintain(grown)
    versions = grown.versions(*present(grown))
    assert set(maintain(grown).values()) == {0}
    assert grown.versions(*present(grown)) == versions


def test_changes_before_and_after_it_are_read_by_the_next_run(shop: Shop, few_tables: None) -> None:
    later = "2024-05-20T00:00:00.000Z"
    shop.land("day-1.jsonl", sale(1), sale(2))
    shop.run()
    shop.land("day-2.jsonl", sale(1, quantity=5, updated_at=later), sale(3))
    shop.run("ingest_orders", "build_order_lines")
    maintain(shop)
    shop.land("day-3.jsonl", sale(4), sale(2, deleted=True, updated_at=later))
    shop.run()
    sold = {
        day.day: (lines, int(net)) for day, lines, net in shop.rows(DAILY_SALES, "order_date", "lines", "net_amount")
    }
    assert sold == {1: (1, 50), 3: (1, 10), 4: (1, 10)}
    assert shop.rows(FACT_SALES, "order_id") == [("O1",), ("O3",), ("O4",)]


def test_files_of_old_versions_go_and_those_in_use_stay(grown: Shop, any_age: None) -> None:
    rows = grown.rows(ORDER_LINES)
    grown.lake.optimize(ORDER_LINES)
    assert len(files_on_disk(grown, ORDER_LINES)) > 1
    grown.lake.vacuum(ORDER_LINES, 0)
    assert len(files_on_disk(grown, ORDER_LINES)) == files_in_use(grown, ORDER_LINES) == 1
    assert grown.rows(ORDER_LINES) == rows


def leftover(shop: Shop, days_old: float) -> Path:
    """What a killed write leaves: a file that no version has."""
    path = Path(shop.lake.path(ORDER_LINES).removeprefix("file:")) / f"part-of-a-killed-run-{days_old}.parquet"
    path.write_bytes(b"PAR1")
    then = time.time() - days_old * 86_400
    os.utime(path, (then, then))
    return path


def test_leftovers_of_killed_runs_go_once_they_are_old(grown: Shop, few_tables: None) -> None:
    old, young = leftover(grown, 31), leftover(grown, 29)
    maintain(grown)
    assert (old.exists(), young.exists()) == (False, True)
    maintain(grown, keep_days=28)
    assert not young.exists()


def test_what_a_job_may_still_have_to_read_stays_and_the_job_is_named(
    shop: Shop, few_tables: None, caplog: pytest.LogCaptureFixture
) -> None:
    shop.lake.create(ORDER_LINES, JOB_RUNS)
    old, long_ago = leftover(shop, 31), datetime.now(UTC) - timedelta(days=40)
    mark = {"run_id": "r", "job": "build_fact_sales", "source": "softcart", "mapping_hash": "h", "inputs": {},
            "started_at": long_ago, "finished_at": long_ago, "seconds": 1.0, "rows": {}}  # fmt: skip
    newer = mark | {"job": "ingest_orders", "started_at": datetime.now(UTC)}
    shop.lake.append(JOB_RUNS, local_rows(shop.spark, [mark, newer], JOB_RUNS.schema))
    with caplog.at_level(logging.WARNING, logger="lakehouse"):
        maintain(shop)
    assert old.exists()
    (warning,) = (vars(record)["fields"]["why"] for record in caplog.records if record.levelno == logging.WARNING)
    assert warning == "build_fact_sales has not run for 40 days, and may still have to read them"
    caplog.clear()
    maintain(shop, keep_days=50)
    assert [record for record in caplog.records if record.levelno == logging.WARNING] == []


@pytest.mark.parametrize("event", [f"after optimize {ORDER_LINES.name}", f"before vacuum {ORDER_LINES.name}"])
def test_upkeep_that_failed_half_way_is_done_by_the_next(
    spark: SparkSession, lake: Lake, event: str, few_tables: None
) -> None:
    lake.create(ORDER_LINES)
    for number in range(2):
        line = dict.fromkeys(ORDER_LINES.column_names) | {"line_id": str(number)}
        lake.append(ORDER_LINES, local_rows(spark, [line], ORDER_LINES.schema))
    rows, config = sorted(lake.read(ORDER_LINES).collect()), maintain_lake.Config(lake.root, "upkeep")

    def fail(now: str) -> None:
        if now == event:
            raise OSError("the disk is full")

    with installed(fail), pytest.raises(OSError, match="disk is full"):
        maintain_lake.run(spark, config)
    assert sorted(lake.read(ORDER_LINES).collect()) == rows
    maintain_lake.run(spark, config)
    assert sorted(lake.read(ORDER_LINES).collect()) == rows


def test_less_than_a_week_is_refused_before_anything_is_touched(grown: Shop) -> None:
    versions = grown.versions(*present(grown))
    with pytest.raises(UsageError, match="for 7 days at the least, not 6"):
        maintain(grown, keep_days=6)
    assert grown.versions(*present(grown)) == versions


def test_empty_lake_has_nothing_to_keep_up(spark: SparkSession, tmp_path: Path) -> None:
    assert maintain_lake.run(spark, maintain_lake.Config(str(tmp_path), "upkeep")) == {}
    assert not list(tmp_path.iterdir())


def test_lake_without_runs_is_kept_for_the_days_given(lake: Lake, few_tables: None) -> None:
    lake.create(JOB_RUNS)
    assert maintain_lake.run(lake.spark, maintain_lake.Config(lake.root, "upkeep")) == {JOB_RUNS.name: 0}
