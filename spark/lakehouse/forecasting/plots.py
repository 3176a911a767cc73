"""Pictures of a training, drawn by matplotlib, which MLflow brings along."""

from __future__ import annotations

from typing import Any

import numpy as np

from lakehouse.forecasting.calibration import Range
from lakehouse.forecasting.forecaster import Forecaster
from lakehouse.forecasting.tree import TOTAL, Floats

_DAYS_BEFORE = 84
_SALES, _FORECAST = "#444444", "#1f77b4"


def forecast_plot(forecaster: Forecaster, model: str) -> Any:
    """Twelve weeks of each currency's total, and what is forecast to follow: a matplotlib figure."""
    history = forecaster.history
    days = history.days[-1] + np.arange(1, forecaster.settings.horizon + 1)
    figure, axes = _stacked(forecaster)
    for axis, column in zip(axes, history.tree.columns(TOTAL), strict=True):
        axis.plot(history.days[-_DAYS_BEFORE:], history.sales[-_DAYS_BEFORE:, column], color=_SALES, label="sales")
        _draw(axis, days, forecaster.forecast(model), int(column))
        axis.set_title(f"Daily net sales and forecast by {model}, {history.tree.series[column].currency}")
        axis.legend(loc="upper left", frameon=False)
    return figure


def backtest_plot(forecaster: Forecaster, model: str) -> Any:
    """What each backtest forecast of each currency's total, and what came: a matplotlib figure."""
    history = forecaster.history
    figure, axes = _stacked(forecaster)
    backtests = forecaster.backtested(model)
    days = history.days[-len(backtests) * forecaster.settings.horizon :]
    for axis, column in zip(axes, history.tree.columns(TOTAL), strict=True):
        axis.plot(days, history.sales[-len(days) :, column], color=_SALES, label="sales")
        for window, found in zip(np.split(days, len(backtests)), backtests, strict=True):
            _draw(axis, window, found, int(column))
        axis.set_title(f"Backtests of {model}, {history.tree.series[column].currency}")
    return figure


def _stacked(forecaster: Forecaster) -> tuple[Any, Any]:
    from matplotlib.figure import Figure

    count = len(forecaster.history.tree.columns(TOTAL))
    figure = Figure(figsize=(10, 3.6 * count), layout="constrained")
    return figure, figure.subplots(count, squeeze=False)[:, 0]


def _draw(axis: Any, days: Any, found: Range, column: int) -> None:
    low, mean, high = (_of(part, column) for part in (found.low, found.mean, found.high))
    axis.fill_between(days, low, high, color=_FORECAST, alpha=0.2, linewidth=0, label="interval")
    axis.plot(days, mean, color=_FORECAST, label="forecast")


def _of(part: Floats, column: int) -> Floats:
    return part[:, column]
