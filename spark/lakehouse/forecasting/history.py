"""From rows of gold.daily_sales to the series that are forecast."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from lakehouse.errors import ForecastError
from lakehouse.forecasting.tree import ALL, COUNTRY, SERIES, TOTAL, Floats, Series, Tree

Days: TypeAlias = npt.NDArray[np.datetime64]
Leaf: TypeAlias = tuple[str, str, str]

COLUMNS = ("order_date", "country", "category", "currency", "net_amount")
OTHER = "Other"
"""What the countries or categories with too little history are summed up as."""

LEAST_DAYS = 84
"""Days from a currency's first sale to the cut-off below which it is not forecast: two backtests need them."""
LEAST_AGE, LEAST_SALES_DAYS = 56, 12
"""Days since its first sale, and days with a sale, that a series must have to stand alone."""


@dataclass(frozen=True)
class History:
    """Daily net sales of every series up to a cut-off.

    Attributes:
        days: each day from the first sale to the cut-off: datetime64[D] [days].
        tree: the series, one for each column of `sales`.
        sales: net sales, 0 on days without, NaN before a series' first sale: float64 [days, series].
        leaf_of: the leaf that each (currency, country, category) in the data belongs to.
        left_out: why a currency is not forecast, in words, by currency.
    """

    days: Days
    tree: Tree
    sales: Floats
    leaf_of: Mapping[Leaf, Leaf]
    left_out: Mapping[str, str]

    @property
    def cutoff(self) -> date:
        """The last day known."""
        last: date = self.days[-1].item()
        return last

    def until(self, cutoff: date) -> History:
        """The same series, as they were known at the end of `cutoff`."""
        known = self.days <= np.datetime64(cutoff)
        if not known.any():
            raise ForecastError(f"the sales begin on {self.days[0]}: nothing was known on {cutoff}")
        return replace(self, days=self.days[known], sales=self.sales[known])


def sales_history(daily: pd.DataFrame, cutoff: date | None = None) -> History:
    """Lay out daily sales as series that have enough history, with the levels that they sum up to.

    Categories with too little history are summed up into `Other` of their country; what is still too little, into
    the country `Other`. What comes after the cut-off is not looked at.

    Args:
        daily: rows of gold.daily_sales with at least `COLUMNS`.
        cutoff: the last day to know; without it, the last day of `daily`.

    Raises:
        ForecastError: columns or amounts are missing, or no currency has `LEAST_DAYS` of history.
    """
    rows = checked(daily)
    if cutoff is not None:
        rows = rows[rows["order_date"] <= pd.Timestamp(cutoff)]
    if rows.empty:
        raise ForecastError("no sales can be forecast: there are none up to the cut-off")
    last = np.datetime64(cutoff or rows["order_date"].max(), "D")
    left_out = _too_short(rows, last)
    rows = rows[~rows["currency"].isin(list(left_out))]
    if rows.empty:
        raise ForecastError("no sales can be forecast: " + "; ".join(left_out.values()))
    days = np.arange(rows["order_date"].min().to_datetime64(), last + 1, dtype="datetime64[D]")
    found, sales = _by_leaf(rows, days)
    leaf_of = _leaves(found, sales)
    tree = Tree.of(sorted(set(leaf_of.values())))
    return History(days, tree, tree.with_sums(_summed_up(found, sales, tree, leaf_of)), leaf_of, left_out)


def sales_after(history: History, daily: pd.DataFrame, horizon: int) -> Floats:
    """What came in the `horizon` days after the cut-off, for the series of `history`: float64 [horizon, series].

    Sales of a category that was not known at the cut-off count in the levels above it only.
    """
    days = history.days[-1] + np.arange(1, horizon + 1)
    found, sales = _by_leaf(checked(daily), days)
    came = np.zeros((horizon, len(history.tree)))
    for leaf, column in zip(found, sales.T, strict=True):
        currency, country, category = history.leaf_of.get(leaf, leaf)
        for series in (
            Series(TOTAL, currency, ALL, ALL),
            Series(COUNTRY, currency, country, ALL),
            Series(SERIES, currency, country, category),
        ):
            if series in history.tree.number:
                came[:, history.tree.number[series]] += column
    return came


def checked(daily: pd.DataFrame) -> pd.DataFrame:
    """The columns that a forecast needs, days as timestamps and amounts as float64.

    Raises:
        ForecastError: a column is missing, or a row has no day or no finite amount.
    """
    missing = [name for name in COLUMNS if name not in daily.columns]
    if missing:
        raise ForecastError(f"daily sales lack the column(s) {', '.join(missing)}")
    rows = daily[list(COLUMNS)].assign(
        order_date=pd.to_datetime(daily["order_date"]), net_amount=daily["net_amount"].astype(np.float64)
    )
    unusable = rows["order_date"].isna() | ~np.isfinite(rows["net_amount"])
    if unusable.any():
        first = rows[unusable].iloc[0]
        raise ForecastError(
            f"{unusable.sum()} row(s) of daily sales have no day or no finite net_amount, "
            f"the first of {first['country']}, {first['category']} on {first['order_date']:%Y-%m-%d}"
        )
    return rows


def _too_short(rows: pd.DataFrame, last: np.datetime64) -> dict[str, str]:
    reasons = {}
    for currency, first in rows.groupby("currency")["order_date"].min().items():
        days = int((last - first.to_datetime64().astype("datetime64[D]")).astype(int)) + 1
        if days < LEAST_DAYS:
            reasons[str(currency)] = f"sales in {currency} span {days} day(s), a forecast needs {LEAST_DAYS}"
    return reasons


def _by_leaf(rows: pd.DataFrame, days: Days) -> tuple[list[Leaf], Floats]:
    """The leaves met in `rows`, in order, and their sales on `days`: float64 [days, leaves]."""
    groups = rows.groupby(["currency", "country", "category"], sort=True)
    found: list[Leaf] = list(groups.groups)
    sales = np.zeros((len(days), len(found)))
    on = (rows["order_date"].to_numpy().astype("datetime64[D]") - days[0]).astype(np.int64)
    inside = (on >= 0) & (on < len(days))
    np.add.at(sales, (on[inside], groups.ngroup().to_numpy()[inside]), rows["net_amount"].to_numpy()[inside])
    return found, sales


def _leaves(found: list[Leaf], sales: Floats) -> dict[Leaf, Leaf]:
    """The leaf that each leaf found in the data belongs to: itself, `Other` of its country, or of all."""
    by_leaf = dict(zip(found, sales.T, strict=True))
    kept = {leaf: leaf if _stands_alone(own) else (leaf[0], leaf[1], OTHER) for leaf, own in by_leaf.items()}
    for other in {leaf for leaf in kept.values() if leaf[2] == OTHER}:
        members = [leaf for leaf, into in kept.items() if into == other]
        if not _stands_alone(np.sum([by_leaf[leaf] for leaf in members], axis=0)):
            kept.update(dict.fromkeys(members, (other[0], OTHER, OTHER)))
    return kept


def _stands_alone(sales: Floats) -> bool:
    sold = np.flatnonzero(sales)
    return len(sold) >= LEAST_SALES_DAYS and len(sales) - int(sold[0]) >= LEAST_AGE


def _summed_up(found: list[Leaf], sales: Floats, tree: Tree, leaf_of: Mapping[Leaf, Leaf]) -> Floats:
    """The sales of the tree's leaves, NaN before the first sale of each: float64 [days, leaves]."""
    leaves = np.zeros((len(sales), len(tree) - tree.leaves))
    for leaf, own in zip(found, sales.T, strict=True):
        leaves[:, tree.number[Series(SERIES, *leaf_of[leaf])] - tree.leaves] += own
    begun = np.maximum.accumulate(leaves != 0, axis=0)
    return np.where(begun, leaves, np.nan)
