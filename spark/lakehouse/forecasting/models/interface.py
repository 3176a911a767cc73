"""What every model of sales can do."""

from __future__ import annotations

from typing import Protocol

from lakehouse.forecasting.history import History
from lakehouse.forecasting.trading_days import TradingDays
from lakehouse.forecasting.tree import Floats


class PointModel(Protocol):
    """A model that forecasts each series of a history by itself, without an interval.

    What its forecasts lack to add up over the levels, and intervals, come from its backtests: see `Forecaster`.
    """

    @property
    def name(self) -> str:
        """What the model is called in tables and tags."""

    def fit(self, history: History, trading: TradingDays) -> None:
        """Learn from all of `history`; `trading` goes as far beyond it as will be forecast."""

    def predict(self, horizon: int) -> Floats:
        """Net sales of the `horizon` days after the history's last: float64 [horizon, series]."""
