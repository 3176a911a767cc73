"""The local session: which Python it takes, and what it starts beside itself."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from lakehouse.session import jvm_pid


def test_spark_takes_the_python_that_started_it_and_not_the_one_on_the_path(spark: SparkSession) -> None:
    assert spark.sparkContext.pythonExec == sys.executable


def test_writing_a_delta_table_starts_no_process(spark: SparkSession, tmp_path: Path) -> None:
    before = faults_of_ended_children(spark)
    table = f"{tmp_path}/folder/table"
    for _ in range(2):
        spark.range(3).write.format("delta").mode("append").save(table)
    assert spark.read.format("delta").load(table).count() == 6
    assert faults_of_ended_children(spark) == before


def faults_of_ended_children(spark: SparkSession) -> int:
    """Page faults of the processes that the JVM has started and seen end: no process comes without some."""
    stat = Path(f"/proc/{jvm_pid(spark)}/stat")
    if not stat.is_file():
        pytest.skip("only Linux tells of a process's children")
    return int(stat.read_text().rpartition(")")[2].split()[8])
