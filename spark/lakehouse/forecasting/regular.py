"""Sales as statistical models want them: trading weekdays only, without gaps, spikes cut."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from lakehouse.forecasting.history import History
from lakehouse.forecasting.trading_days import TradingDays
from lakehouse.forecasting.tree import Flags, Floats, Numbers

_SPREADS = 4.0
_CENTRE_WEEKS, _SPREAD_WEEKS = 4, 8
_MAD_TO_DEVIATION = 1.4826  # of a normal distribution


@dataclass(frozen=True)
class Regular:
    """Series that trade on the same weekdays, on these weekdays only.

    Attributes:
        columns: their columns in the history: int64 [series].
        sales: net sales, NaN only before a series' first: float64 [rows, series].
        season: how many weekdays they trade on.
        ahead: which of the days to come are such weekdays: bool [horizon].
    """

    columns: Numbers
    sales: Floats
    season: int
    ahead: Flags


def regular_groups(history: History, trading: TradingDays, clip: bool = True) -> Iterator[Regular]:
    """Sort the series by the weekdays on which they trade at the end of the history.

    A day on which trade rested, such as a bank holiday, gets what lies between the same weekdays around it, so that
    the week keeps its length. With `clip`, sales far from the median of their weeks are cut to what is usual.
    """
    known = len(history.days)
    weekdays = trading.weekdays
    open_on = _open_weekdays(trading, known)
    patterns, group_of = np.unique(open_on, axis=1, return_inverse=True)
    for number, pattern in enumerate(patterns.T):
        if not pattern.any():
            continue
        columns = np.flatnonzero(group_of.ravel() == number)
        rows = pattern[weekdays]
        sales = np.where(trading.is_open[:known, columns], history.sales[:, columns], np.nan)[rows[:known]]
        season = int(pattern.sum())
        filled = _filled(sales, np.isfinite(history.sales[:, columns])[rows[:known]], season)
        yield Regular(columns, clipped(filled, season) if clip else filled, season, rows[known:])


def _open_weekdays(trading: TradingDays, known: int) -> Flags:
    """The weekdays on which each series trades in the days to come, or did in the last weeks: bool [7, series]."""
    recent = slice(max(0, known - 28), None)
    weekdays, is_open = trading.weekdays[recent], trading.is_open[recent]
    return np.stack([is_open[weekdays == weekday].any(axis=0) for weekday in range(7)])


def _filled(sales: Floats, begun: Flags, season: int) -> Floats:
    """Gaps filled from the same weekdays before and after; those before a series' first sale stay."""
    filled = sales.copy()
    for weekday in range(season):
        same = filled[weekday::season]
        at = np.arange(len(same), dtype=np.float64)
        for column in np.flatnonzero(np.isnan(same).any(axis=0)):
            known = np.isfinite(same[:, column])
            if known.any():
                same[:, column] = np.interp(at, at[known], same[known, column])
    return np.where(begun, np.nan_to_num(filled), np.nan)


def clipped(sales: Floats, season: int) -> Floats:
    """Cut what lies more than four deviations from the median of the weeks around it.

    Median and deviation are of the days around, not of those before: this is for data that a model learns from.
    """
    median = _rolling_median(sales, _CENTRE_WEEKS * season)
    spread = _SPREADS * _MAD_TO_DEVIATION * _rolling_median(np.abs(sales - median), _SPREAD_WEEKS * season)
    # A series that mostly sells nothing has no usual day to compare with.
    cut = np.clip(sales, median - spread, median + spread)
    return np.where(spread > 0, cut, sales)


def _rolling_median(values: Floats, width: int) -> Floats:
    """The median of up to `width` values around each, NaN ignored: float64 as `values`."""
    half = width // 2
    padded = np.vstack([np.full((half, values.shape[1]), np.nan), values, np.full((half, values.shape[1]), np.nan)])
    median = np.empty_like(values)
    for row in range(len(values)):
        median[row] = _median(padded[row : row + 2 * half + 1])
    return median


def _median(values: Floats) -> Floats:
    ordered = np.sort(values, axis=0)  # NaN last
    count = np.isfinite(values).sum(axis=0)
    low, high = np.maximum(count - 1, 0) // 2, np.minimum(count // 2, np.maximum(count - 1, 0))
    columns = np.arange(values.shape[1])
    return np.asarray((ordered[low, columns] + ordered[high, columns]) / 2)
