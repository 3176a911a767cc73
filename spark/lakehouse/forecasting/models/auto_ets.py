"""Exponential smoothing, one series after the other, by the statsforecast library."""

from __future__ import annotations

from functools import cache

import numpy as np

from lakehouse.forecasting.history import History
from lakehouse.forecasting.regular import regular_groups
from lakehouse.forecasting.trading_days import TradingDays
from lakehouse.forecasting.tree import Floats

_WEEKS = 28
"""Weeks that are fitted: more do not help on daily sales and take ten times as long."""


class AutoETS:
    """The state-space model of error, trend and season with the best corrected AIC (Hyndman and Khandakar 2008).

    It is fitted to trading weekdays without spikes, as `Theta` is.
    """

    name = "auto_ets"

    def __init__(self) -> None:
        self._ahead: Floats = np.zeros((0, 0))

    def fit(self, history: History, trading: TradingDays) -> None:
        """Fit each series, and carry it as far as `trading` goes."""
        is_open = trading.is_open[len(history.days) :]
        self._ahead = np.zeros(is_open.shape)
        # A country that sells one category is the same series twice.
        forecast = cache(_forecast)
        for group in regular_groups(history, trading):
            steps = int(group.ahead.sum())
            for column, sales in zip(group.columns, group.sales.T, strict=True):
                recent = sales[np.isfinite(sales)][-_WEEKS * group.season :]
                self._ahead[group.ahead, column] = forecast(tuple(recent), group.season, steps)
        self._ahead *= is_open

    def predict(self, horizon: int) -> Floats:
        """What the best model expects; nothing on days off."""
        return self._ahead[:horizon]


def _forecast(recent: tuple[float, ...], season: int, steps: int) -> Floats:
    from statsforecast.models import AutoETS as Model

    sales = np.array(recent)
    # What hardly varies or has just begun leaves nothing to estimate.
    if len(sales) < 2 * season + 5 or not sales.std() > 0:
        return np.full(steps, sales.mean() if len(sales) else 0.0)
    model = Model(season_length=season)
    return np.asarray(model.forecast(sales, steps)["mean"], np.float64)
