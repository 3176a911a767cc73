"""Counting rows and money while they are generated."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lakehouse.generator.customers import GUEST
from lakehouse.generator.defects import DEFECTS, REASONS, spoilt_amount
from lakehouse.generator.events import Disposition, Events, Kind, amounts
from lakehouse.generator.manifest import DISPOSITIONS, Tally
from lakehouse.generator.orders import Numbers, Shop


@dataclass(frozen=True)
class FactFigures:
    """What the manifest says of the facts; see there."""

    returns: Tally
    fact_by_month: dict[str, str]
    orders: int
    products: int
    customers: int
    first_business_date: str | None
    last_business_date: str | None


class Counter:
    """Adds up chunks of landed events; amounts are whole ten-thousandths of a dollar, so sums are exact."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._rows = np.zeros(len(Disposition), np.int64)
        # Python's integers, for bad rows may carry more money than 64 bits hold.
        self._amounts = [0] * len(Disposition)
        self._bad_without_amount = 0
        self._reasons = dict.fromkeys(REASONS, 0)
        self._returns = (0, 0)
        self._orders = 0
        self._lines_of_day = np.zeros(shop.calendar.days, np.int64)
        self._amount_of_day = np.zeros(shop.calendar.days, np.int64)
        self._products_seen = np.zeros(len(shop.catalog.by_metre), np.bool_)
        self._customers_seen = np.zeros(len(shop.customers.home), np.bool_)

    def add(self, events: Events) -> None:
        """Count events other than bad rows' amounts, which `add_bad` counts."""
        amount = amounts(events)
        for disposition in Disposition:
            chosen = events["disposition"] == disposition
            self._rows[disposition] += np.count_nonzero(chosen)
            if disposition != Disposition.QUARANTINED:
                self._amounts[disposition] += int(amount[chosen].sum())
        fact = events["disposition"] == Disposition.FACT
        self._add_facts(events[fact], amount[fact])

    def add_bad(self, line: bytes, defect: int) -> None:
        """Count the reason and the amount of one spoilt line."""
        self._reasons[DEFECTS[defect].reason] += 1
        amount = spoilt_amount(line, defect)
        if amount is None:
            self._bad_without_amount += 1
        else:
            self._amounts[Disposition.QUARANTINED] += amount

    def _add_facts(self, facts: Events, amount: Numbers) -> None:
        np.add.at(self._lines_of_day, facts["day"], 1)
        np.add.at(self._amount_of_day, facts["day"], amount)
        self._products_seen[self._shop.catalog.product[facts["version"]]] = True
        customers = facts["customer"]
        self._customers_seen[customers[customers != GUEST]] = True
        returned = facts["kind"] == Kind.RETURN
        rows, money = self._returns
        self._returns = rows + int(np.count_nonzero(returned)), money + int(amount[returned].sum())
        self._orders += int(np.count_nonzero(returned))

    def add_orders(self, lines: Events) -> None:
        """Count the orders that have a current sale line, from all lines of those orders at once."""
        # The newer state of a superseded line is a fact of the same order.
        current = lines["disposition"] == Disposition.FACT
        current |= lines["disposition"] == Disposition.SUPERSEDED
        self._orders += int(np.count_nonzero(np.diff(lines["order_no"][current], prepend=-1)))

    def dispositions(self) -> dict[str, Tally]:
        """Rows and money by disposition."""
        without = {Disposition.QUARANTINED: self._bad_without_amount}
        return {
            name: Tally(int(self._rows[d]), dollars(self._amounts[d]), without.get(d, 0))
            for name, d in zip(DISPOSITIONS, Disposition, strict=True)
        }

    def landed(self) -> Tally:
        """All rows."""
        return Tally(int(self._rows.sum()), dollars(sum(self._amounts)), self._bad_without_amount)

    def reasons(self) -> dict[str, int]:
        """Quarantined rows by reason."""
        return dict(self._reasons)

    def facts(self) -> FactFigures:
        """What the facts come to."""
        first, last = self._business_dates()
        return FactFigures(
            returns=Tally(self._returns[0], dollars(self._returns[1])),
            fact_by_month=self._by_month(),
            orders=self._orders,
            products=int(np.count_nonzero(self._products_seen)),
            customers=int(np.count_nonzero(self._customers_seen)),
            first_business_date=first,
            last_business_date=last,
        )

    def _by_month(self) -> dict[str, str]:
        calendar = self._shop.calendar
        sums: npt.NDArray[np.int64] = np.zeros(len(calendar.months), np.int64)
        lines = np.zeros_like(sums)
        np.add.at(sums, calendar.month_of_day, self._amount_of_day)
        np.add.at(lines, calendar.month_of_day, self._lines_of_day)
        return {month: dollars(int(sums[n])) for n, month in enumerate(calendar.months) if lines[n]}

    def _business_dates(self) -> tuple[str, str] | tuple[None, None]:
        days = np.flatnonzero(self._lines_of_day)
        if not len(days):
            return None, None
        calendar = self._shop.calendar
        return calendar.date_of(int(days[0])).isoformat(), calendar.date_of(int(days[-1])).isoformat()


def dollars(amount: int) -> str:
    """Ten-thousandths of a dollar as a decimal text, such as `-12.3400`."""
    whole, rest = divmod(abs(amount), 10_000)
    return f"{'-' if amount < 0 else ''}{whole}.{rest:04d}"
