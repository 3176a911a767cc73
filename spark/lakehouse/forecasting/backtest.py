"""Forecasts of days that are known by now, made with what was known before them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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


def backtest(history: History, factories: Mapping[str, Factory], horizon: int, windows: int) -> Backtest:
    """Forecast the last `windows` times `horizon` days, each window with what was known at its start.

    Fewer windows are made where the history is short, so that the first has as many days as a forecast needs.
    """
    room = (len(history.days) - (LEAST_DAYS - horizon)) // horizon
    count = max(1, min(windows, room))
    cutoffs = [history.cutoff - timedelta(days=horizon * back) for back in range(count, 0, -1)]
    actual, is_open = [], []
    forecasts: dict[str, list[Floats]] = {name: [] for name in factories}
    for cutoff in cutoffs:
        before = history.until(cutoff)
        trading = trading_days(before, horizon)
        known = len(before.days)
        actual.append(np.nan_to_num(history.sales[known : known + horizon]))
        is_open.append(trading.is_open[known:])
        for name, factory in factories.items():
            model = factory()
            model.fit(before, trading)
            forecasts[name].append(model.predict(horizon))
    stacked = {name: np.stack(windows_) for name, windows_ in forecasts.items()}
    return Backtest(tuple(cutoffs), np.stack(actual), np.stack(is_open), stacked)
