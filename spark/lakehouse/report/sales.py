"""Sales as the warehouse's views tell them, one currency beside the other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from lakehouse.warehouse.connect import Connection, rows

BEST_SELLERS = 10

UNKNOWN = "Unknown"
"""What the marts call the country or category of lines that tell none."""

Row = TypeVar("Row")


@dataclass(frozen=True)
class Period:
    """A day, or a month by its first day. Returns are zero or negative; `net` is gross plus returns."""

    day: date
    gross: Decimal
    returns: Decimal
    net: Decimal
    orders: int

    @property
    def returned(self) -> float | None:
        """Returns as a share of gross sales; none where nothing was sold."""
        return float(-self.returns / self.gross) if self.gross else None


@dataclass(frozen=True)
class Share:
    """Sales of one country or category."""

    name: str
    gross: Decimal
    returns: Decimal
    net: Decimal


@dataclass(frozen=True)
class Product:
    """One of the best sellers."""

    rank: int
    product_id: str
    name: str | None
    category: str | None
    net: Decimal
    units: Decimal


@dataclass(frozen=True)
class Sales:
    """All sales in one currency; days and months in order, the others by net sales, the highest first."""

    currency: str
    days: list[Period]
    months: list[Period]
    countries: list[Share]
    categories: list[Share]
    products: list[Product]

    @property
    def whole(self) -> Period:
        """Everything so far, dated with the first day."""
        gross, returns, net = (sum(column, Decimal(0)) for column in self._amounts())
        return Period(self.days[0].day, gross, returns, net, sum(day.orders for day in self.days))

    def _amounts(self) -> Sequence[Sequence[Decimal]]:
        return list(zip(*((day.gross, day.returns, day.net) for day in self.days), strict=True))


DAYS = """
SELECT CURRENCY, ORDER_DATE, GROSS_AMOUNT, RETURNS_AMOUNT, NET_AMOUNT, ORDERS
FROM SOFTCART.MARTS.SALES_BY_DAY
ORDER BY CURRENCY, ORDER_DATE
"""
MONTHS = """
SELECT CURRENCY, MONTH_START, GROSS_AMOUNT, RETURNS_AMOUNT, NET_AMOUNT, ORDERS
FROM SOFTCART.MARTS.SALES_BY_MONTH
ORDER BY CURRENCY, MONTH_START
"""
SHARES = """
SELECT CURRENCY, {column}, SUM(GROSS_AMOUNT), SUM(RETURNS_AMOUNT), SUM(NET_AMOUNT)
FROM SOFTCART.MARTS.DAILY_SALES
GROUP BY CURRENCY, {column}
ORDER BY CURRENCY, SUM(NET_AMOUNT) DESC, {column}
"""
PRODUCTS = f"""
SELECT CURRENCY, SALES_RANK, PRODUCT_ID, PRODUCT_NAME, CATEGORY, NET_AMOUNT, UNITS
FROM SOFTCART.MARTS.TOP_PRODUCTS
WHERE SALES_RANK <= {BEST_SELLERS}
ORDER BY CURRENCY, SALES_RANK, PRODUCT_ID
"""


def told(parts: Sequence[Share]) -> bool:
    """Whether the source tells countries, or categories, at all."""
    return any(part.name != UNKNOWN for part in parts)


def read_sales(warehouse: Connection) -> list[Sales]:
    """Sales by currency, the one with the most orders first; none where nothing was sold."""
    days, months = _by_currency(warehouse, DAYS, Period), _by_currency(warehouse, MONTHS, Period)
    countries = _by_currency(warehouse, SHARES.format(column="COUNTRY"), Share)
    categories = _by_currency(warehouse, SHARES.format(column="CATEGORY"), Share)
    products = _by_currency(warehouse, PRODUCTS, Product)
    found = [
        Sales(currency, of_days, months[currency], countries[currency], categories[currency], products[currency])
        for currency, of_days in days.items()
    ]
    return sorted(found, key=lambda sales: -sales.whole.orders)


def _by_currency(warehouse: Connection, query: str, kind: type[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for currency, *values in rows(warehouse, query):
        found[currency].append(_made(kind, values))
    return found


def _made(kind: type[Row], values: Sequence[Any]) -> Row:
    return kind(*values)
