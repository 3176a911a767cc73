"""Reads bound to some days."""

from __future__ import annotations

from datetime import date

from pyspark.sql import SparkSession

from lakehouse.days import days_of, on_days

MAY_1, MAY_2 = date(2024, 5, 1), date(2024, 5, 2)


def test_rows_of_the_days_are_read_and_those_without_a_day_where_it_is_asked_for(spark: SparkSession) -> None:
    rows = spark.createDataFrame([(1, MAY_1), (2, MAY_2), (3, None), (4, MAY_1)], "n INT, order_date DATE")

    def numbers(*days: date | None) -> list[int]:
        return sorted(row["n"] for row in on_days(rows, days).collect())

    assert days_of(rows) == {MAY_1: 2, MAY_2: 1, None: 1}
    assert numbers(MAY_1) == [1, 4]
    assert numbers(MAY_2, None) == [2, 3]
    assert numbers(None) == [3]
    assert numbers() == []
