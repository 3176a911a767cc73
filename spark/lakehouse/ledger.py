"""The ledger's entries: rows and money at every hop, as the tables have them now.

Hops, in order: `landing` (records counted in the files themselves), `bronze`, `silver` (records by disposition),
`quarantine` and `order_lines` (what silver keeps of them), `fact_sales`, `daily_sales`, and the warehouse's `star` and
`marts`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from functools import reduce
from typing import NamedTuple

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lakehouse.days import Days, on_days
from lakehouse.delta import Lake, side_by_side
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

LOADED = "status = 'loaded'"
LANDED = "landed"
FACT = "fact"
DISPOSITION_ORDER = ("duplicate", "quarantined", "superseded", "deleted", "set_aside", FACT)


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


class Sum(NamedTuple):
    """What one hop holds of one day and disposition; at landing, bronze and silver, of one file."""

    hop: str
    file: str | None
    disposition: str
    source: str | None
    currency: str | None
    order_date: date | None
    rows: int
    rows_without_amount: int
    amount: Decimal | None


def lake_entries(lake: Lake) -> list[Entry]:
    """The entries of the lake's hops; one for each day, hop and disposition, so they are few."""
    files = lake.read(LANDING_FILES).where(LOADED).withColumnRenamed("path", "file")
    texts = [
        _tagged(files, "landing", file="file", rows="rows"),
        _tagged(lake.read(ORDER_LINES_RAW), "bronze", file="file"),
    ]
    with lake.suited_to(DISPOSITIONS):
        silver = _of_silver(lake.read(DISPOSITIONS), file="file")
        sums = _added_up(reduce(DataFrame.union, [*texts, silver, *_kept(lake)]))
    of_text = [entry for hop in ("landing", "bronze") for entry in _of_same_files(sums, hop)]
    return _entries([*of_text, *(one for one in sums if one.hop not in ("landing", "bronze"))])


def _of_same_files(sums: list[Sum], hop: str) -> list[Sum]:
    counted = [one for one in sums if one.hop == hop]
    files = {one.file for one in counted}
    read = [one for one in sums if one.hop == "silver" and one.file in files]
    return _as_read(hop, read, sum(one.rows for one in counted), sum(one.rows for one in read))


def lake_entries_after(lake: Lake, recorded: Sequence[Entry], changed: Days) -> list[Entry]:
    """The entries of the lake's hops, where since those recorded only rows of some days came, went or changed.

    The other days' entries are as recorded. Rows of text are counted as a whole: where one is missing, it is missed
    under no day.

    Args:
        recorded: all entries of the lake's hops as they were.
        changed: the days, with None where a row without a day has changed.
    """
    days = {*changed, None}
    tables = [_of_silver(lake.read(DISPOSITIONS)), *_kept(lake)]
    sums = _added_up(reduce(DataFrame.union, (on_days(table, days) for table in tables)))
    silver = [one for one in sums if one.hop == "silver"]
    [landed] = lake.read(LANDING_FILES).where(LOADED).agg(F.sum("rows")).collect()[0]
    bronze, read = side_by_side(lambda table: lake.read(table).count(), (ORDER_LINES_RAW, DISPOSITIONS))
    of_text = [*_as_read("landing", silver, landed or 0, read), *_as_read("bronze", silver, bronze, read)]
    others = [entry for entry in recorded if entry.order_date not in days]
    return [*others, *_entries([*of_text, *sums], source=recorded[0].source)]


def silver_entries(dispositions: DataFrame) -> list[Entry]:
    """Entries of the hop `silver`, from rows with the columns of silver.dispositions."""
    return _entries(_added_up(_of_silver(dispositions)))


def collect(entries: DataFrame) -> list[Entry]:
    """Rows of ops.ledger as Python values."""
    return [Entry(*row) for row in entries.select(*LEDGER.column_names).collect()]


def _of_silver(dispositions: DataFrame, file: str = "NULL") -> DataFrame:
    return _tagged(dispositions, "silver", "disposition", "amount", file=file)


def _kept(lake: Lake) -> list[DataFrame]:
    """The hops behind `silver`."""
    return [
        _tagged(lake.read(QUARANTINE), "quarantine", "'quarantined'", "amount"),
        _tagged(lake.read(ORDER_LINES), "order_lines", "disposition", "net_amount"),
        _tagged(lake.read(FACT_SALES), "fact_sales", "line_type", "net_amount"),
        _tagged(lake.read(DAILY_SALES), "daily_sales", "'net'", "net_amount", rows="lines"),
    ]


def _tagged(
    table: DataFrame, hop: str, disposition: str = "NULL", amount: str = "NULL", *, file: str = "NULL", rows: str = "1"
) -> DataFrame:
    """The columns of `Sum` for each row of a table; the arguments are SQL over its columns. NULL: it tells none."""
    source, currency, order_date = (
        name if name in table.columns else "NULL" for name in ("source", "currency", "order_date")
    )
    return table.selectExpr(
        f"'{hop}' AS hop", f"CAST({file} AS STRING) AS file", f"CAST({disposition} AS STRING) AS disposition",
        f"CAST({source} AS STRING) AS source", f"CAST({currency} AS STRING) AS currency",
        f"CAST({order_date} AS DATE) AS order_date", f"CAST({rows} AS BIGINT) AS rows",
        f"CAST({amount} AS {TOTAL}) AS amount",
    )  # fmt: skip


def _added_up(tagged: DataFrame) -> list[Sum]:
    without = F.sum(F.when(F.col("amount").isNull(), F.col("rows")).otherwise(0))
    sums = tagged.groupBy("hop", "file", "disposition", "source", "currency", "order_date").agg(
        F.sum("rows").alias("rows"), without.alias("rows_without_amount"), F.sum("amount").cast(TOTAL).alias("amount")
    )
    return [Sum(*row) for row in sums.collect()]


def _as_read(hop: str, read: Iterable[Sum], counted: int, counted_in_silver: int) -> list[Sum]:
    """A hop of text: its rows are counted there; their days and money are what silver read of them.

    Rows that one of the two lacks stand under no day, and may be negative.
    """
    missing = counted - counted_in_silver
    left = Sum(hop, None, LANDED, None, None, None, missing, missing, None)
    return [*(one._replace(hop=hop, disposition=LANDED) for one in read), left]


def _entries(sums: Iterable[Sum], source: str = "") -> list[Entry]:
    """Added up over files. daily_sales does not name its source: a lake has one."""
    sums = list(sums)
    source = next((one.source for one in sums if one.source), source)
    entries: dict[tuple[str | None, ...], Entry] = {}
    for one in sums:
        key = (one.currency, str(one.order_date), one.hop, one.disposition)
        old = entries.get(key, Entry(source, one.currency, one.order_date, one.hop, one.disposition, 0, 0, None))
        amount = old.amount if one.amount is None else one.amount + (old.amount or 0)
        entries[key] = old._replace(
            rows=old.rows + one.rows,
            rows_without_amount=old.rows_without_amount + one.rows_without_amount,
            amount=amount,
        )
    return [entry for entry in entries.values() if entry.rows]
