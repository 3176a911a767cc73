"""The forecasts that every other must beat."""

from __future__ import annotations

import numpy as np

from lakehouse.forecasting.history import History
from lakehouse.forecasting.trading_days import TradingDays
from lakehouse.forecasting.tree import Floats

_WEEK = 7


class SameWeekdays:
    """The mean of the last same weekdays; of one, it is the seasonal naive forecast."""

    def __init__(self, name: str, weeks: int) -> None:
        """`weeks` is how many weeks back the mean goes."""
        self.name = name
        self._weeks = weeks
        self._week: Floats = np.zeros((_WEEK, 0))

    def fit(self, history: History, trading: TradingDays) -> None:
        """Take the mean week; a series that begins within it is as good as its days."""
        recent = history.sales[-_WEEK * self._weeks :]
        filled = np.vstack([np.full((_WEEK * self._weeks - len(recent), recent.shape[1]), np.nan), recent])
        weeks = filled.reshape(self._weeks, _WEEK, -1)
        known = np.isfinite(weeks)
        self._week = np.where(known, weeks, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)

    def predict(self, horizon: int) -> Floats:
        """The mean week, over and over."""
        return self._week[np.arange(horizon) % _WEEK]


def seasonal_naive() -> SameWeekdays:
    """Each day as the same weekday of the last week."""
    return SameWeekdays("seasonal_naive", weeks=1)


def four_weekdays() -> SameWeekdays:
    """Each day as the mean of the last four same weekdays."""
    return SameWeekdays("four_weekdays", weeks=4)
