"""The dimensions, from current sale and return lines."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lakehouse.model import DIM_CATEGORY, DIM_COUNTRY
from lakehouse.model.table import Table
from lakehouse.transforms.scd2 import unknown_member, versions


def products(lines: DataFrame) -> DataFrame:
    """gold.dim_product without the unknown member, from fact lines of silver.order_lines."""
    return versions(lines, "product_id", ["product_name", "category"], "product_key")


def customers(lines: DataFrame) -> DataFrame:
    """gold.dim_customer without the unknown member, from fact lines of silver.order_lines."""
    return versions(lines, "customer_id", ["country"], "customer_key")


def countries(lines: DataFrame) -> DataFrame:
    """gold.dim_country, from lines that have a `country`."""
    return _names(lines, "country", DIM_COUNTRY)


def categories(product_versions: DataFrame) -> DataFrame:
    """gold.dim_category, from the versions of products."""
    return _names(product_versions, "category", DIM_CATEGORY)


def _names(rows: DataFrame, name: str, table: Table) -> DataFrame:
    named = rows.where(F.col(name).isNotNull()).select(name).distinct()
    keyed = named.select(F.xxhash64(name).alias(table.key[0]), name)
    return keyed.unionByName(unknown_member(table, rows))


def with_unknown(rows: DataFrame, table: Table) -> DataFrame:
    """The rows and the unknown member."""
    return rows.unionByName(unknown_member(table, rows))


def calendar(lines: DataFrame) -> DataFrame:
    """gold.dim_date: every day of the years from the first order_date to the last; empty without lines."""
    span = lines.agg(F.min("order_date").alias("first"), F.max("order_date").alias("last")).where("first IS NOT NULL")
    first, last = F.trunc("first", "year"), F.expr("add_months(trunc(last, 'year'), 12) - INTERVAL 1 DAY")
    days = span.select(F.explode(F.sequence(first, last.cast("date"))).alias("date"))
    weekday = F.weekday("date") + 1
    return days.select(
        F.date_format("date", "yyyyMMdd").cast("int").alias("date_key"),
        "date",
        F.year("date").alias("year"),
        F.quarter("date").alias("quarter"),
        F.month("date").alias("month"),
        F.date_format("date", "MMMM").alias("month_name"),
        F.dayofmonth("date").alias("day"),
        F.weekofyear("date").alias("iso_week"),
        weekday.alias("day_of_week"),
        F.date_format("date", "EEEE").alias("day_name"),
        (weekday > 5).alias("is_weekend"),
    )
