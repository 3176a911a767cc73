"""Forecasts of days that are known by now, made with what was known before them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeAlias

import numpy as np

from lakehouse.forecasting.history import LEAST_DAYS, History
from lakehouse.forecasting.models.interface import PointModel
from lakehouse.forecasting.trading_days import trading_days
from lakehouse.forecasting.tree import Flags, Floats

Factory: TypeAlias = Callable[[], PointModel]


@dataclass(frozen=True)
class Backtest:
    """Forecasts by each model, before they add up, from several cut-offs of the past.

    Attributes:
        cutoffs: the last day known to each forecast, in order.
        actual: what came: float64 [cut-offs, horizon, series].
        is_open: whether the series was expected to trade: bool [cut-offs, horizon, series].
        forecasts: by the model's name, as `actual`.
    """

    cutoffs: tuple[date, ...]
    actual: Floats
    is_open: Flags
    forecasts: Mapping[str, Floats]

    def among(self, windows: Sequence[int]) -> Backtest:
        """The same for some of the cut-offs only."""
        chosen = list(windows)
        return Backtest(
            tuple(self.cutoffs[window] for window in chosen),
            self.actual[chosen],
            self.is_open[chosen],
            {name: forecasts[chosen] for name, forecasts in self.forecasts.items()},
        )


def backtest(history: History, factories: Mapping[str, Factory], horizon: int, windows: int) -> Backtest:
    """Forecast the last `windows` times `horizon` days, each window with what was known at its start.

    Fewer windows are made where the history is short, so that the first has as many days as a forecast needs.
    """
    room = (len(history.days) - (LEAST_DAYS - horizon)) // horizon
    count = max(1, min(windows, room))
    cutoffs = [history.cutoff - timedelta(days=horizon * back) for back in range(count, 0, -1)]
    made = [_window(history, cutoff, factories, horizon) for cutoff in cutoffs]
    actual, is_open = np.stack([window[0] for window in made]), np.stack([window[1] for window in made])
    forecasts = {name: np.stack([window[2][name] for window in made]) for name in factories}
    return Backtest(tuple(cutoffs), actual, is_open, forecasts)


def _window(
    history: History, cutoff: date, factories: Mapping[str, Factory], horizon: int
) -> tuple[Floats, Flags, dict[str, Floats]]:
    """What came after the cut-off, whether trade was expected, and what each model forecast."""
    before = history.until(cutoff)
    known = len(before.days)
    trading = trading_days(before, horizon)
    forecasts = {}
    for name, factory in factories.items():
        model = factory()
        model.fit(before, trading)
        forecasts[name] = model.predict(horizon)
    return np.nan_to_num(history.sales[known : known + horizon]), trading.is_open[known:], forecasts
