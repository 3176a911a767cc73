"""The forecast itself: models that are backtested, chosen between, made to add up, and given intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

import numpy as np
import pandas as pd

from lakehouse.errors import UsageError
from lakehouse.forecasting.accuracy import wape
from lakehouse.forecasting.backtest import Backtest, Factory, backtest
from lakehouse.forecasting.history import History
from lakehouse.forecasting.intervals import Intervals
from lakehouse.forecasting.models.boosting import Boosting
from lakehouse.forecasting.models.naive import four_weekdays, seasonal_naive
from lakehouse.forecasting.models.theta import Theta
from lakehouse.forecasting.trading_days import trading_days
from lakehouse.forecasting.tree import LEVELS, Flags, Floats, Tree

HORIZON, WINDOWS, COVERAGE = 28, 4, 0.9


class SalesForecast(Protocol):
    """What serves a forecast: fitted once, asked for any number of days up to its horizon."""

    def fit(self, history: History, cutoff: date) -> None:
        """Learn from the days up to `cutoff`."""

    def predict(self, horizon: int) -> pd.DataFrame:
        """One row for each series and day: date, level, currency, country, category, mean, low, high."""


@dataclass(frozen=True)
class Forecast:
    """Sales of the days after a cut-off, which add up over the levels; arrays are float64 [horizon, series]."""

    model: str
    tree: Tree
    cutoff: date
    mean: Floats
    low: Floats
    high: Floats


MEMBERS: Mapping[str, Factory] = {
    "seasonal_naive": seasonal_naive,
    "four_weekdays": four_weekdays,
    "theta": Theta,
    "lightgbm": Boosting,
}
CANDIDATES: Mapping[str, Sequence[str]] = {
    "seasonal_naive": ("seasonal_naive",),
    "four_weekdays": ("four_weekdays",),
    "theta": ("theta",),
    "lightgbm": ("lightgbm",),
    "blend": ("theta", "lightgbm"),
}


class Trial:
    def __init__(self, history: History, members=MEMBERS, candidates=CANDIDATES, horizon=HORIZON, windows=WINDOWS, coverage=COVERAGE):
        self.history, self.members, self.candidates, self.horizon, self.coverage = history, members, candidates, horizon, coverage
        self.trading = trading_days(history, horizon)
        self.past = backtest(history, members, horizon, windows)
        self.levels = np.array([LEVELS.index(s.level) for s in history.tree.series])
        self.fitted = {}
        tree = history.tree
        self.variance = {}; self.coherent = {}; self.scores = {}
        for name, parts in candidates.items():
            raw = np.mean([self.past.forecasts[p] for p in parts], axis=0)
            self.variance[name] = ((raw - self.past.actual) ** 2).mean(axis=(0, 1)) + 1e-9
            self.coherent[name] = np.stack([tree.reconciled(f, self.variance[name] * o) for f, o in zip(raw, self.past.is_open)])
            self.scores[name] = float(np.nanmean([wape(self.past.actual[:, :, self.levels == l], self.coherent[name][:, :, self.levels == l]) for l in range(3)]))
        self.chosen = min(self.scores, key=self.scores.get)

    def forecast(self, name):
        raw = []
        for p in self.candidates[name]:
            if p not in self.fitted:
                m = self.members[p](); m.fit(self.history, self.trading); self.fitted[p] = m
            raw.append(self.fitted[p].predict(self.horizon))
        is_open = self.trading.is_open[len(self.history.days):]
        mean = self.history.tree.reconciled(np.mean(raw, axis=0), self.variance[name] * is_open)
        floor = np.minimum(np.nan_to_num(np.nanmin(self.history.sales, axis=0)), 0.0)
        iv = Intervals.calibrated(self.coherent[name], self.past.actual, self.past.is_open, self.levels, floor, self.coverage)
        low, high = iv.around(mean, is_open)
        return Forecast(name, self.history.tree, self.history.cutoff, mean, low, high)
