"""Whether the ledger balances: hops that follow each other must agree, by day and currency, in rows and in money."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from lakehouse.errors import LedgerError
from lakehouse.ledger import DISPOSITION_ORDER, FACT, LANDED, Entry

FACT_LINES = (FACT, "sale", "return", "net")


class Step(NamedTuple):
    """Two hops that must hold the same rows and money, and the dispositions by which those stand there."""

    hop: str
    next_hop: str
    dispositions: Collection[str] = FACT_LINES


LAKE_STEPS = (
    Step("landing", "bronze", (LANDED,)),
    Step("bronze", "silver", (LANDED, *DISPOSITION_ORDER)),
    Step("silver", "quarantine", ("quarantined",)),
    *(Step("silver", "order_lines", (kept,)) for kept in ("superseded", "deleted", "set_aside")),
    Step("silver", "order_lines"),
    Step("order_lines", "fact_sales"),
    Step("fact_sales", "daily_sales"),
)
WAREHOUSE_STEPS = (Step("daily_sales", "star"), Step("star", "marts"))


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
        money = f" and {self.amount} against {self.next_amount} {self.currency or ''}".rstrip()
        told = money if self.amount is not None and self.amount != self.next_amount else ""
        return f"{self.hop} and {self.next_hop} differ{day}: {self.rows:,} rows against {self.next_rows:,}{told}"


ByDay = dict[tuple[date | None, str | None], tuple[int, Decimal]]


def differences(entries: Iterable[Entry], *, published: bool) -> list[Difference]:
    """Where two hops that follow each other disagree, in rows or in money; empty where the ledger balances.

    Args:
        published: whether the warehouse's hops count as well. A hop without an entry has lost every row.
    """
    entries = list(entries)
    found = []
    for hop, next_hop, dispositions in LAKE_STEPS + WAREHOUSE_STEPS if published else LAKE_STEPS:
        here, there = by_day(entries, hop, dispositions), by_day(entries, next_hop, dispositions)
        name = hop if LANDED in dispositions or FACT in dispositions else f"{hop} ({', '.join(dispositions)})"
        found += compare(name, here, next_hop, there)
    return found


def by_day(entries: Iterable[Entry], hop: str, dispositions: Collection[str] = FACT_LINES) -> ByDay:
    """Rows and money at one hop, by day and currency: of the sale and return lines, or of the dispositions named."""
    sums: dict[tuple[date | None, str | None], tuple[int, Decimal]] = defaultdict(lambda: (0, Decimal(0)))
    for entry in entries:
        if entry.hop == hop and entry.disposition in dispositions:
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
