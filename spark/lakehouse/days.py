"""Reads and writes of some days: Delta passes over files, and Parquet over pages, that hold none of them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from pyspark.sql import DataFrame

Days = Collection[date | None]
"""Values of `order_date`; None stands for rows without one."""


def days_of(rows: DataFrame) -> dict[date | None, int]:
    """Every `order_date` of the rows, with the number of its rows, asked of Spark."""
    return {row["order_date"]: row["count"] for row in rows.groupBy("order_date").count().collect()}


def on_days(rows: DataFrame, days: Days) -> DataFrame:
    """The rows whose `order_date` is one of the days."""
    return rows.where(among_days("order_date", days))


def among_days(column: str, days: Days) -> str:
    """The SQL condition that a column is one of the days."""
    dates = ", ".join(f"DATE '{day}'" for day in sorted(day for day in days if day is not None))
    known = f"{column} IN ({dates})" if dates else "false"
    return f"({known} OR {column} IS NULL)" if None in days else known
