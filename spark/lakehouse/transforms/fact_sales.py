"""The fact: current sale and return lines, pointing at the dimension versions valid at order time."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakehouse.model import FACT_SALES, UNKNOWN_KEY
from lakehouse.transforms.scd2 import at_time


def fact_sales(lines: DataFrame, product_versions: DataFrame, customer_versions: DataFrame) -> DataFrame:
    """gold.fact_sales, one row a line.

    Args:
        lines: fact lines of silver.order_lines.
        product_versions: gold.dim_product.
        customer_versions: gold.dim_customer.
    """
    category = F.col("category").alias("version_category")
    products = product_versions.select("product_id", "valid_from", "valid_to", "product_key", category)
    placed = at_time(lines, products, "product_id", ["product_key", "version_category"])
    placed = at_time(placed, customer_versions, "customer_id", ["customer_key"])
    keyed = placed.withColumns(
        {
            "date_key": F.date_format("order_date", "yyyyMMdd").cast("int"),
            "product_key": _or_unknown(F.col("product_key")),
            "customer_key": _or_unknown(F.col("customer_key")),
            "country_key": _name_key("country"),
            "category_key": _name_key("version_category"),
        }
    )
    return keyed.select(*FACT_SALES.column_names)


def _or_unknown(key: Column) -> Column:
    return F.coalesce(key, F.lit(UNKNOWN_KEY).cast("bigint"))


def _name_key(name: str) -> Column:
    # xxhash64 of NULL is 42, which is somebody's key.
    return _or_unknown(F.when(F.col(name).isNotNull(), F.xxhash64(name)))
