"""The local session: which Python it takes, and what it starts beside itself."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from lakehouse.codegen import LARGE_TABLE
from lakehouse.jvm.compiler import ROWS, compiler_options
from lakehouse.session import jvm_pid, session_settings


def test_spark_takes_the_python_that_started_it_and_not_the_one_on_the_path(spark: SparkSession) -> None:
    assert spark.sparkContext.pythonExec == sys.executable


def test_jvm_writes_to_its_log_and_not_among_the_results(spark: SparkSession) -> None:
    outputs = [Path(f"/proc/{jvm_pid(spark)}/fd/{stream}").readlink() for stream in (1, 2)]
    assert [output.name for output in outputs] == ["spark.log", "spark.log"]


def test_writing_files_starts_no_process(spark: SparkSession, tmp_path: Path) -> None:
    before = faults_of_ended_children(spark)
    for _ in range(2):
        spark.range(3).write.mode("append").parquet(f"{tmp_path}/folder/files")
    assert spark.read.parquet(f"{tmp_path}/folder/files").count() == 6
    assert faults_of_ended_children(spark) == before


def test_commits_go_through_the_log_store_that_loses_none_between_processes(spark: SparkSession) -> None:
    assert spark.conf.get("spark.delta.logStore.file.impl", None) is None, "see docs/decisions/small-runs.md"


def faults_of_ended_children(spark: SparkSession) -> int:
    """Page faults of the processes that the JVM has started and seen end: no process comes without some."""
    stat = Path(f"/proc/{jvm_pid(spark)}/stat")
    if not stat.is_file():
        pytest.skip("only Linux tells of a process's children")
    return int(stat.read_text().rpartition(")")[2].split()[8])


def test_few_rows_are_compiled_quickly_usual_ones_by_the_list_and_many_as_the_jvm_does() -> None:
    assert "TieredStopAtLevel=1" in compiler_options(quick=True)
    assert f"CompilerDirectivesFile={ROWS}" in compiler_options()
    many = compiler_options(well=True)
    assert "TieredStopAtLevel" not in many
    assert "CompilerDirectivesFile" not in many


def test_few_rows_are_interpreted_in_one_part_and_many_are_shuffled_in_more_parts_than_usual_ones() -> None:
    parts = "spark.sql.shuffle.partitions"
    few, usual, many = session_settings(few_rows=True), session_settings(), session_settings(many_rows=True)
    assert few["spark.sql.codegen.wholeStage"] == "false"
    assert int(few[parts]) < int(usual[parts]) < int(many[parts])


def test_sizes_of_tables_are_asked_for_where_some_may_be_large() -> None:
    few = session_settings(few_rows=True)
    assert few[LARGE_TABLE] == "none"
    assert session_settings(few_rows=True, large_history=True) == few | {LARGE_TABLE: "20000000"}
    assert LARGE_TABLE not in session_settings()
    assert LARGE_TABLE not in session_settings(large_history=True, many_rows=True)


def test_files_of_a_first_load_are_cut_above_the_size_up_to_which_upkeep_joins_them() -> None:
    settings = session_settings()
    bytes_of_a_line = 75  # silver.dispositions, the narrowest that lies by day: 156 MB for two million
    cut, joined = (
        int(settings[name])
        for name in ("spark.sql.files.maxRecordsPerFile", "spark.databricks.delta.optimize.minFileSize")
    )
    assert cut * bytes_of_a_line > joined
