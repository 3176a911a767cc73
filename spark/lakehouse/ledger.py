"""The ledger's entries: rows and money at every hop, as the tables have them now.

Hops, in order: `landing` (records counted in the files themselves), `bronze`, `silver` (records by disposition),
`quarantine` and `order_lines` (what silver keeps of them), `fact_sales`, `daily_sales`, and the warehouse's `star` and
`marts`.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import reduce
from typing import NamedTuple

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakehouse.delta import Lake
from lakehouse.model import (
    DAILY_SALES,
    DISPOSITIONS,
    FACT_SALES,
    LANDING_FILES,
    LEDGER,
    ORDER_LINES,
    ORDER_LINES_RAW,
    QUARANTINE,
)
from lakehouse.model.table import TOTAL

LANDED = "landed"
FACT = "fact"
DISPOSITION_ORDER = ("duplicate", "quarantined", "superseded", "deleted", "set_aside", FACT)
DAY = ("source", "currency", "order_date")


class Entry(NamedTuple):
    """A row of ops.ledger."""

    source: str
    currency: str | None
    order_date: date | None
    hop: str
    disposition: str
    rows: int
    rows_without_amount: int
    amount: Decimal | None


def lake_entries(lake: Lake) -> list[Entry]:
    """The entries of the lake's hops; one for each day, hop and disposition, so they are few."""
    judged = _sums(lake.read(DISPOSITIONS), "amount", *DAY, "file", "disposition").persist()
    files = lake.read(LANDING_FILES).where("status = 'loaded'").select("source", F.col("path").alias("file"), "rows")
    bronze = lake.read(ORDER_LINES_RAW).groupBy("source", "file").agg(F.count("*").alias("rows"))
    parts = [
        _landed(files, judged, "landing"),
        _landed(bronze, judged, "bronze"),
        _hop(_added(judged, *DAY, "disposition"), "silver"),
        _hop(_sums(lake.read(QUARANTINE), "amount", *DAY, F.lit("quarantined").alias("disposition")), "quarantine"),
        _hop(_sums(lake.read(ORDER_LINES), "net_amount", *DAY, "disposition"), "order_lines"),
        _hop(_sums(lake.read(FACT_SALES), "net_amount", *DAY, F.col("line_type").alias("disposition")), "fact_sales"),
        _daily(lake),
    ]
    try:
        return collect(reduce(DataFrame.unionByName, parts))
    finally:
        judged.unpersist()


def silver_entries(dispositions: DataFrame) -> list[Entry]:
    """Entries of the hop `silver`, from rows with the columns of silver.dispositions."""
    return collect(_hop(_sums(dispositions, "amount", *DAY, "disposition"), "silver"))


def collect(entries: DataFrame) -> list[Entry]:
    """The entries as Python values."""
    return [Entry(*row) for row in entries.select(*LEDGER.column_names).collect()]


def _sums(rows: DataFrame, amount: str, *by: str | Column) -> DataFrame:
    return rows.groupBy(*by).agg(
        F.count("*").alias("rows"),
        F.count_if(F.col(amount).isNull()).alias("rows_without_amount"),
        F.sum(amount).cast(TOTAL).alias("amount"),
    )


def _added(sums: DataFrame, *by: str) -> DataFrame:
    figures = ("rows", "rows_without_amount", "amount")
    return sums.groupBy(*by).agg(*(F.sum(name).cast(sums.schema[name].dataType).alias(name) for name in figures))


def _hop(sums: DataFrame, hop: str) -> DataFrame:
    return sums.withColumn("hop", F.lit(hop)).select(*LEDGER.column_names)


def _landed(counted: DataFrame, judged: DataFrame, hop: str) -> DataFrame:
    """A hop of text: its rows are counted there; their days and money are what silver read in the same files.

    Rows that one of the two lacks stand under no day, and may be negative.
    """
    read = judged.join(counted, ["source", "file"], "left_semi").select(*DAY, "rows", "rows_without_amount", "amount")
    of_no_day = {"currency": F.lit(None).cast("string"), "order_date": F.lit(None).cast("date")}
    of_no_day |= {"rows_without_amount": F.col("rows"), "amount": F.lit(None).cast(TOTAL)}
    unread = counted.withColumns(of_no_day).unionByName(
        read.withColumn("rows", -F.col("rows")).withColumns(of_no_day), allowMissingColumns=True
    )
    sums = _added(read.unionByName(unread.select(*read.columns)), *DAY).where("rows <> 0")
    return _hop(sums.withColumn("disposition", F.lit(LANDED)), hop)


def _daily(lake: Lake) -> DataFrame:
    source = lake.read(DISPOSITIONS).select("source").limit(1)
    sums = (F.sum("lines").alias("rows"), F.sum("net_amount").cast(TOTAL).alias("amount"))
    daily = lake.read(DAILY_SALES).groupBy("currency", "order_date").agg(*sums).crossJoin(source)
    fixed = {"disposition": F.lit("net"), "rows_without_amount": F.lit(0).cast("bigint")}
    return _hop(daily.withColumns(fixed), "daily_sales")
