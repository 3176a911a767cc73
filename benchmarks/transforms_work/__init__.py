"""The project's pure transforms from bronze rows to daily sales on any Spark session, written as Parquet."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession

from benchmarks.transforms_work import portable
from lakehouse.model import (
    DAILY_SALES,
    DIM_CATEGORY,
    DIM_COUNTRY,
    DIM_CUSTOMER,
    DIM_DATE,
    DIM_PRODUCT,
    DISPOSITIONS,
    FACT_SALES,
    ORDER_LINES,
    QUARANTINE,
    Table,
)
from lakehouse.sources.mapping import load_mapping
from lakehouse.transforms import dimensions
from lakehouse.transforms.daily_sales import daily_sales
from lakehouse.transforms.dispositions import decide
from lakehouse.transforms.fact_sales import fact_sales

MAPPING = load_mapping("softcart")
Tables = Callable[[Table], DataFrame]
"""Reads a table that was built before."""

FACT = "disposition = 'fact'"
BUILDERS: dict[Table, Callable[[Tables], DataFrame]] = {
    DIM_PRODUCT: lambda of: dimensions.PRODUCTS.whole(of(ORDER_LINES).where(FACT)),
    DIM_CUSTOMER: lambda of: dimensions.CUSTOMERS.whole(of(ORDER_LINES).where(FACT)),
    DIM_COUNTRY: lambda of: dimensions.COUNTRIES.whole(of(ORDER_LINES).where(FACT)),
    DIM_CATEGORY: lambda of: dimensions.CATEGORIES.whole(of(DIM_PRODUCT)),
    DIM_DATE: lambda of: dimensions.calendar(of(ORDER_LINES).where(FACT)),
    FACT_SALES: lambda of: fact_sales(of(ORDER_LINES).where(FACT), of(DIM_PRODUCT), of(DIM_CUSTOMER)),
    DAILY_SALES: lambda of: daily_sales(of(FACT_SALES), of(DIM_COUNTRY), of(DIM_CATEGORY)),
}


def build(spark: SparkSession, bronze: Sequence[str], out: Path) -> dict[str, float]:
    """Build every table as `<out>/<table>.parquet`, from Parquet files of bronze.order_lines_raw.

    Returns:
        Seconds by table; `judged` is every record with its disposition, which three tables are cut from.
    """
    seconds = {}

    def write(name: str, rows: DataFrame) -> None:
        started = time.monotonic()
        rows.write.mode("overwrite").parquet(str(out / f"{name}.parquet"))
        seconds[name] = round(time.monotonic() - started, 2)

    def read(table: Table) -> DataFrame:
        return spark.read.parquet(str(out / f"{_name(table)}.parquet"))

    write("judged", _judged(spark.read.parquet(*bronze)))
    decided = spark.read.parquet(str(out / "judged.parquet"))
    valid = decided.where("disposition NOT IN ('duplicate', 'quarantined')")
    parts = {DISPOSITIONS: decided, ORDER_LINES: valid, QUARANTINE: decided.where("disposition = 'quarantined'")}
    for table, rows in parts.items():
        write(_name(table), rows.select(*table.column_names))
    for table, builder in BUILDERS.items():
        write(_name(table), builder(read).select(*table.column_names))
    return seconds


def _judged(records: DataFrame) -> DataFrame:
    lines = portable.order_lines(portable.parse_records(records, MAPPING), MAPPING)
    kept = dict.fromkeys(name for table in (DISPOSITIONS, ORDER_LINES, QUARANTINE) for name in table.column_names)
    return decide(lines, has_id=True, has_updates=True).select(*kept)


def _name(table: Table) -> str:
    return table.name.partition(".")[2]
