"""The local session, where it could pick up another Python than the one that started it."""

from __future__ import annotations

import sys

from pyspark.sql import SparkSession


def test_spark_takes_the_python_that_started_it_and_not_the_one_on_the_path(spark: SparkSession) -> None:
    assert spark.sparkContext.pythonExec == sys.executable
