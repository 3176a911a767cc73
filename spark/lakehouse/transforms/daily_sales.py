"""Sales by day, country and category."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lakehouse.model import DAILY_SALES
from lakehouse.model.table import TOTAL

UNKNOWN = "Unknown"


def daily_sales(facts: DataFrame, countries: DataFrame, categories: DataFrame) -> DataFrame:
    """gold.daily_sales: one row for each day, country, category and currency that has a line.

    Args:
        facts: gold.fact_sales, all lines of the days asked for.
        countries: gold.dim_country.
        categories: gold.dim_category.
    """
    named = facts.join(F.broadcast(countries), "country_key", "left").join(
        F.broadcast(categories), "category_key", "left"
    )
    amount = F.col("net_amount").cast(TOTAL)
    zero = F.lit(0).cast(TOTAL)
    grouped = named.groupBy(
        "order_date",
        F.coalesce("country", F.lit(UNKNOWN)).alias("country"),
        F.coalesce("category", F.lit(UNKNOWN)).alias("category"),
        "currency",
    ).agg(
        F.sum(F.when(F.col("line_type") == "sale", amount).otherwise(zero)).cast(TOTAL).alias("gross_amount"),
        F.sum(F.when(F.col("line_type") == "return", amount).otherwise(zero)).cast(TOTAL).alias("returns_amount"),
        F.sum("net_amount").cast(TOTAL).alias("net_amount"),
        F.sum("quantity").cast("DECIMAL(24,3)").alias("units"),
        F.count("*").alias("lines"),
        F.count_distinct("order_id").alias("orders"),
    )
    return grouped.select(*DAILY_SALES.column_names)
