"""Reads of some days: Delta passes over files, and Parquet over pages, that hold none of them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

Days = Collection[date | None]


def days_of(rows: DataFrame) -> Days:
    """Every `order_date` of the rows, asked of Spark; None among them where a row has none."""
    return {row["order_date"] for row in rows.select("order_date").distinct().collect()}


def on_days(rows: DataFrame, days: Days) -> DataFrame:
    """The rows whose `order_date` is one of the days; those without any where None is among them."""
    known = F.col("order_date").isin([day for day in days if day is not None])
    return rows.where(known | F.col("order_date").isNull() if None in days else known)
