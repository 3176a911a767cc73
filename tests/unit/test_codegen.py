"""What is interpreted, what is compiled, and what is broadcast."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from pyspark.sql import DataFrame, SparkSession

from lakehouse import codegen
from lakehouse.caching import computed_once
from lakehouse.codegen import COMPILED, INTERPRETED, LARGE_TABLE, broadcast_if_few, compiled, worth_code
from lakehouse.delta import Lake
from lakehouse.failpoints import installed
from lakehouse.jobs.run_log import job_run
from lakehouse.model import DIM_COUNTRY, ORDER_LINES
from lakehouse.sources.mapping import load_mapping
from lakehouse.warehouse.export import export_changes


@pytest.fixture
def every_table_is_large(spark: SparkSession) -> Iterator[None]:
    spark.conf.set(LARGE_TABLE, "0")
    yield
    spark.conf.set(LARGE_TABLE, "none")


def settings(spark: SparkSession) -> dict[str, str | None]:
    return {name: spark.conf.get(name) for name in INTERPRETED}


def plan(rows: DataFrame) -> str:
    return str(rows._jdf.queryExecution().executedPlan().toString())


def test_code_is_generated_within_the_block_and_no_longer_behind_it(spark: SparkSession) -> None:
    def query() -> str:
        return plan(spark.range(9).where("id % 2 = 0"))

    assert "*(1)" not in query()
    with compiled(spark):
        assert "*(1)" in query()
    assert "*(1)" not in query()
    with compiled(spark, when=False):
        assert "*(1)" not in query()


def test_blocks_of_several_threads_end_with_the_last_of_them_and_also_by_a_failure(spark: SparkSession) -> None:
    first, second = ExitStack(), ExitStack()
    for block in (first, second):
        block.enter_context(compiled(spark))
    first.close()
    assert settings(spark) == COMPILED
    with pytest.raises(ZeroDivisionError), second:
        raise ZeroDivisionError
    assert settings(spark) == INTERPRETED


def test_session_that_compiles_by_itself_stays_as_it_is(spark: SparkSession, monkeypatch: pytest.MonkeyPatch) -> None:
    spark.conf.unset(LARGE_TABLE)
    monkeypatch.setattr(codegen, "_set", lambda *_: pytest.fail("settings were changed"))
    try:
        with compiled(spark):
            assert worth_code(spark) is None
    finally:
        spark.conf.set(LARGE_TABLE, "none")


def test_table_is_large_by_the_bytes_of_its_files(lake: Lake) -> None:
    lake.create(DIM_COUNTRY)
    lake.append(DIM_COUNTRY, lake.spark.sql("SELECT 1L AS country_key, 'France' AS country"))
    try:
        for limit, is_large in (("none", False), ("10000000", False), ("1", True)):
            lake.spark.conf.set(LARGE_TABLE, limit)
            assert lake.is_large(DIM_COUNTRY) is is_large
        with compiled(lake.spark):
            assert lake.is_large(DIM_COUNTRY), "another thread's block may end before this one's"
    finally:
        lake.spark.conf.set(LARGE_TABLE, "none")


def test_merge_into_a_large_table_and_deleting_from_it_are_compiled(lake: Lake, every_table_is_large: None) -> None:
    spark, seen = lake.spark, {}
    lake.create(DIM_COUNTRY)
    lake.append(DIM_COUNTRY, spark.sql("SELECT 1L AS country_key, 'France' AS country"))
    other = spark.sql("SELECT 1L AS country_key, 'Spain' AS country")
    with installed(lambda event: seen.update({event: settings(spark)})):
        lake.reconcile(DIM_COUNTRY, lake.read(DIM_COUNTRY), other)
        lake.delete(DIM_COUNTRY, "country = 'Spain'")
    assert seen["before merge gold.dim_country"] == seen["before delete gold.dim_country"] == COMPILED
    assert settings(spark) == INTERPRETED


@pytest.mark.parametrize(("most", "joined_by"), [(3, "BroadcastHashJoin"), (2, "SortMergeJoin")], ids=("few", "many"))
def test_few_rows_are_broadcast_and_many_are_not(
    spark: SparkSession, every_table_is_large: None, monkeypatch: pytest.MonkeyPatch, most: int, joined_by: str
) -> None:
    monkeypatch.setattr(codegen, "MOST_BROADCAST", most)
    wanted = computed_once(spark.range(1_000_000).join(spark.range(3), "id"))  # Spark reckons with the product
    for known in (None, 3):
        rows = spark.range(5).join(broadcast_if_few(wanted, known), "id", "left_semi")
        assert joined_by in plan(rows)
        assert rows.count() == 3


def test_where_no_table_is_large_rows_are_not_counted(spark: SparkSession, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = spark.range(3)
    monkeypatch.setattr(type(rows), "count", lambda _: pytest.fail("counted"))
    assert broadcast_if_few(rows) is rows


def test_job_that_reads_a_large_table_whole_compiles_up_to_its_end(lake: Lake, every_table_is_large: None) -> None:
    lake.create(ORDER_LINES)
    with job_run(lake, "a_job", "run-1", load_mapping("softcart"), reads=(ORDER_LINES,), writes=()) as log:
        assert settings(lake.spark) == INTERPRETED
        assert log.feed(ORDER_LINES).whole
        assert settings(lake.spark) == COMPILED
    assert settings(lake.spark) == INTERPRETED


def test_snapshot_of_a_large_table_is_compiled_and_exported_in_few_files(
    lake: Lake, every_table_is_large: None, tmp_path: Path
) -> None:
    spark, seen, cut = lake.spark, {}, "spark.sql.files.maxRecordsPerFile"
    lake.create(DIM_COUNTRY)
    lake.append(DIM_COUNTRY, spark.range(0, 9, 1, 1).selectExpr("id AS country_key", "'France' AS country"))
    before = spark.conf.get(cut)
    spark.conf.set(cut, "1")
    try:
        with installed(lambda event: seen.update({event: settings(spark)})):
            now = lake.version(DIM_COUNTRY)
            export = export_changes(lake, DIM_COUNTRY, now, None, str(tmp_path / "exports"), "run-1")
    finally:
        spark.conf.set(cut, str(before))
    assert export
    assert export.rows == 9
    assert seen["before export gold.dim_country"] == COMPILED
    assert len([*(tmp_path / "exports").rglob("*.parquet")]) == 1
