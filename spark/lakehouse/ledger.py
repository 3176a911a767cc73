"""The ledger: rows and money at every hop, and whether they agree.

Hops, in order: `landing` (records counted in the files themselves), `bronze`, `silver` (records by disposition),
`order_lines`, `fact_sales`, `daily_sales`, and the warehouse's `star` and `marts`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lakehouse.delta import Lake
from lakehouse.errors import LedgerError
from lakehouse.model import DAILY_SALES, DISPOSITIONS, FACT_SALES, LANDING_FILES, LEDGER, ORDER_LINES, ORDER_LINES_RAW
from lakehouse.model.table import TOTAL

LANDED = "landed"
FACT = "fact"
DISPOSITION_ORDER = ("duplicate", "quarantined", "superseded", "deleted", "set_aside", FACT)
LAKE_BY_DATE = ("silver", "order_lines", "fact_sales", "daily_sales")
"""Hops of the lake that tell day and money; each holds the same facts as the one before it."""
WAREHOUSE_BY_DATE = ("star", "marts")
"""The warehouse's hops, which go on from there."""


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


@dataclass(frozen=True)
class Difference:
    """Two hops that disagree, on one day and in one currency where the hops tell them."""

    hop: str
    next_hop: str
    order_date: date | None
    currency: str | None
    rows: int
    next_rows: int
    amount: Decimal | None = None
    next_amount: Decimal | None = None

    def __str__(self) -> str:
        day = f" on {self.order_date}" if self.order_date else ""
        money = f" and {self.amount} against {self.next_amount} {self.currency}" if self.amount is not None else ""
        return f"{self.hop} and {self.next_hop} differ{day}: {self.rows:,} rows against {self.next_rows:,}{money}"


def lake_entries(lake: Lake) -> DataFrame:
    """The rows of ops.ledger for the hops of the lake, as the tables are now."""
    files = lake.read(LANDING_FILES).where("status = 'loaded'")
    landing = files.groupBy("source").agg(F.sum("rows").alias("rows"))
    bronze = lake.read(ORDER_LINES_RAW).groupBy("source").agg(F.count("*").alias("rows"))
    parts = [_undated(landing, "landing"), _undated(bronze, "bronze"), silver_entries(lake.read(DISPOSITIONS))]
    lines = lake.read(ORDER_LINES).where("disposition IN ('fact', 'set_aside')")
    parts.append(_dated(lines, "order_lines", "disposition", "net_amount"))
    parts.append(_dated(lake.read(FACT_SALES), "fact_sales", "line_type", "net_amount"))
    parts.append(_daily(lake))
    entries = parts[0]
    for part in parts[1:]:
        entries = entries.unionByName(part)
    return entries


def silver_entries(dispositions: DataFrame) -> DataFrame:
    """Entries of the hop `silver`, from rows with the columns of silver.dispositions."""
    return _dated(dispositions, "silver", "disposition", "amount")


def _dated(rows: DataFrame, hop: str, disposition: str, amount: str) -> DataFrame:
    return rows.groupBy(
        "source", "currency", "order_date", F.lit(hop).alias("hop"), F.col(disposition).alias("disposition")
    ).agg(
        F.count("*").alias("rows"),
        F.count_if(F.col(amount).isNull()).alias("rows_without_amount"),
        F.sum(amount).cast(TOTAL).alias("amount"),
    )


def _daily(lake: Lake) -> DataFrame:
    source = lake.read(DISPOSITIONS).select("source").limit(1)
    sums = (F.sum("lines").alias("rows"), F.sum("net_amount").cast(TOTAL).alias("amount"))
    daily = lake.read(DAILY_SALES).groupBy("currency", "order_date").agg(*sums)
    fixed = {"hop": F.lit("daily_sales"), "disposition": F.lit("net"), "rows_without_amount": F.lit(0).cast("bigint")}
    return daily.withColumns(fixed).crossJoin(source).select(*LEDGER.column_names)


def _undated(rows: DataFrame, hop: str) -> DataFrame:
    columns = {
        "currency": F.lit(None).cast("string"),
        "order_date": F.lit(None).cast("date"),
        "hop": F.lit(hop),
        "disposition": F.lit(LANDED),
        "rows_without_amount": F.col("rows"),
        "amount": F.lit(None).cast(TOTAL),
    }
    return rows.withColumns(columns).select(*LEDGER.column_names)


def collect(entries: DataFrame) -> list[Entry]:
    """The entries as Python values; one for each day, hop and disposition, so they are few."""
    return [Entry(*row) for row in entries.select(*LEDGER.column_names).collect()]


def differences(entries: Iterable[Entry], *, published: bool) -> list[Difference]:
    """Where two hops that follow each other disagree, in rows or in money; empty where the ledger balances.

    Args:
        published: whether the warehouse's hops count as well. A hop without an entry has lost every row.
    """
    entries = list(entries)
    found = []
    totals = {hop: sum(e.rows for e in entries if e.hop == hop) for hop in ("landing", "bronze", "silver")}
    for hop, next_hop in (("landing", "bronze"), ("bronze", "silver")):
        if totals[hop] != totals[next_hop]:
            found.append(Difference(hop, next_hop, None, None, totals[hop], totals[next_hop]))
    for hop, next_hop in pairwise(LAKE_BY_DATE + WAREHOUSE_BY_DATE if published else LAKE_BY_DATE):
        found += compare(hop, facts_by_day(entries, hop), next_hop, facts_by_day(entries, next_hop))
    return found


ByDay = dict[tuple[date | None, str | None], tuple[int, Decimal]]


def facts_by_day(entries: Sequence[Entry], hop: str) -> ByDay:
    """Rows and money of the sale and return lines at one hop, by day and currency."""
    sums: dict[tuple[date | None, str | None], tuple[int, Decimal]] = defaultdict(lambda: (0, Decimal(0)))
    for entry in entries:
        if entry.hop == hop and entry.disposition in (FACT, "sale", "return", "net"):
            rows, amount = sums[entry.order_date, entry.currency]
            sums[entry.order_date, entry.currency] = (rows + entry.rows, amount + (entry.amount or 0))
    return dict(sums)


def compare(hop: str, here: ByDay, next_hop: str, there: ByDay) -> list[Difference]:
    """The days on which two hops disagree."""
    nothing = (0, Decimal(0))
    keys = sorted(here.keys() | there.keys(), key=str)
    pairs = ((key, here.get(key, nothing), there.get(key, nothing)) for key in keys)
    return [
        Difference(hop, next_hop, day, currency, one[0], other[0], one[1], other[1])
        for (day, currency), one, other in pairs
        if one != other
    ]


def require_balance(entries: Iterable[Entry], *, published: bool) -> None:
    """Refuse to go on where hops disagree, as `differences` finds them.

    Raises:
        LedgerError: naming the first hops and days.
    """
    found = differences(entries, published=published)
    if found:
        listed = "\n".join(f"  - {difference}" for difference in found[:5])
        more = f"\n  and {len(found) - 5} more" if len(found) > 5 else ""
        raise LedgerError(
            f"The ledger does not balance:\n{listed}{more}\nNothing more is published. "
            "`lakehouse verify` shows all of it; `lakehouse run --full-refresh` rebuilds every table from landing."
        )
