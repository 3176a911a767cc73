"""The sales forecast: models are backtested, blended, made to add up, and given intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from lakehouse.errors import UsageError
from lakehouse.forecasting.accuracy import Accuracy, accuracy, naive_error
from lakehouse.forecasting.backtest import Backtest, Factory, backtest
from lakehouse.forecasting.calibration import Calibration, Range
from lakehouse.forecasting.history import History, sales_after, sales_history
from lakehouse.forecasting.models.auto_ets import AutoETS
from lakehouse.forecasting.models.boosting import Boosting
from lakehouse.forecasting.models.naive import four_weekdays, seasonal_naive
from lakehouse.forecasting.models.theta import Theta
from lakehouse.forecasting.trading_days import trading_days
from lakehouse.forecasting.tree import LEVELS, Flags, Floats

MODELS: Mapping[str, Factory] = {
    "seasonal_naive": seasonal_naive,
    "four_weekdays": four_weekdays,
    "auto_ets": AutoETS,
    "theta": Theta,
    "lightgbm": Boosting,
}
ENSEMBLE = "ensemble"
ENSEMBLE_OF = ("theta", "lightgbm")
USUAL = ("seasonal_naive", "four_weekdays", "theta", "lightgbm", ENSEMBLE)
"""The models of every day. AutoETS takes a hundred times as long as Theta and gains nothing: ask for it by name."""

MOST_DAYS = 56
"""The longest horizon: the shortest history has room for one backtest of it."""


@dataclass(frozen=True)
class Settings:
    """How sales are forecast.

    Attributes:
        horizon: days to forecast, 1 to 56.
        windows: backtests before the cut-off, each as long as the horizon; fewer where the history is short.
        coverage: the share of days that an interval is to hold.
        models: names in `MODELS`, or `ensemble`; all are backtested.
    """

    horizon: int = 28
    windows: int = 4
    coverage: float = 0.9
    models: Sequence[str] = USUAL

    def __post_init__(self) -> None:
        unknown = [name for name in self.models if name not in (*MODELS, ENSEMBLE)]
        if unknown:
            raise UsageError(f"no such model: {', '.join(unknown)}; there are {', '.join((*MODELS, ENSEMBLE))}")
        if not 1 <= self.horizon <= MOST_DAYS:
            raise UsageError(f"a forecast goes 1 to {MOST_DAYS} days ahead, not {self.horizon}")
        if self.windows < 1 or not 0 < self.coverage < 1 or not self.models:
            raise UsageError("a forecast needs a model, one backtest or more, and a coverage between 0 and 1")

    def members(self, model: str) -> Sequence[str]:
        """The models that one is made of: itself, but for the ensemble."""
        return ENSEMBLE_OF if model == ENSEMBLE else (model,)

    @property
    def needed(self) -> dict[str, Factory]:
        """The models that must be fitted, by name."""
        return {name: MODELS[name] for model in self.models for name in self.members(model)}

    def as_dict(self) -> dict[str, Any]:
        """As plain values, to be logged."""
        return {**asdict(self), "models": list(self.models), "ensemble_of": list(ENSEMBLE_OF)}


class Forecaster:
    """Fitted once to a history; gives the forecast of each model, with how it did in the backtests. Can be pickled."""

    def __init__(self, history: History, settings: Settings | None = None) -> None:
        """Backtest and fit all models of the settings."""
        self.history = history
        self.settings = settings or Settings()
        self._past = backtest(history, self.settings.needed, self.settings.horizon, self.settings.windows)
        trading = trading_days(history, self.settings.horizon)
        self._is_open: Flags = trading.is_open[len(history.days) :]
        self._ahead: dict[str, Floats] = {}
        for name, factory in self.settings.needed.items():
            model = factory()
            model.fit(history, trading)
            self._ahead[name] = model.predict(self.settings.horizon)

    def forecast(self, model: str = ENSEMBLE) -> Range:
        """Sales of the days after the cut-off; they add up over the levels."""
        return self._calibrated(model, self._past).applied(self._ahead, self._is_open)

    def backtested(self, model: str = ENSEMBLE) -> list[Range]:
        """The forecast of each backtest's days, calibrated on the other backtests.

        Where there is but one backtest, it is calibrated on itself, and looks better than it is.
        """
        windows = range(len(self._past.cutoffs))
        made = []
        for window in windows:
            others = [other for other in windows if other != window] or [window]
            ahead = {name: forecasts[window] for name, forecasts in self._past.forecasts.items()}
            made.append(self._calibrated(model, self._past.among(others)).applied(ahead, self._past.is_open[window]))
        return made

    def _calibrated(self, model: str, past: Backtest) -> Calibration:
        if model not in self.settings.models:
            raise UsageError(f"{model} was not fitted: {', '.join(self.settings.models)} were")
        # Returns may exceed sales, so an interval may reach below zero as far as sales ever have.
        floor = np.minimum(np.nan_to_num(np.nanmin(self.history.sales, axis=0)), 0.0)
        return Calibration.learnt(past, self.settings.members(model), self.history.tree, floor, self.settings.coverage)

    def rows(self, model: str = ENSEMBLE) -> pd.DataFrame:
        """The forecast as a table, one row a series and day.

        Returns:
            level (total, country, series), currency, country, category, date, model, mean, low, high, cutoff.
        """
        found = self.forecast(model)
        horizon = self.settings.horizon
        keys = pd.DataFrame(self.history.tree.series).loc[np.repeat(np.arange(len(self.history.tree)), horizon)]
        days = self.history.days[-1] + np.arange(1, horizon + 1)
        table = keys.reset_index(drop=True).assign(date=np.tile(days, len(self.history.tree)), model=model)
        amounts = {name: getattr(found, name).T.ravel() for name in ("mean", "low", "high")}
        return table.assign(**amounts, cutoff=self.history.days[-1])

    def scores(self) -> pd.DataFrame:
        """How each model did in the backtests, one row a model, level and cut-off: see `score_rows`."""
        found = []
        for model in self.settings.models:
            parts = zip(self._past.cutoffs, self.backtested(model), self._past.actual, strict=True)
            for cutoff, forecast, actual in parts:
                found += score_rows(model, self.history.until(cutoff), forecast, actual)
        return pd.DataFrame(found)


def score_rows(model: str, history: History, forecast: Range, actual: Floats) -> list[dict[str, Any]]:
    """The accuracy of a forecast on each level: model, level, cutoff, wape, mase, bias, coverage."""
    scale = naive_error(history.sales)
    return [
        {"model": model, "level": level, "cutoff": history.cutoff}
        | asdict(_accuracy(forecast, actual, scale, history.tree.columns(level)))
        for level in LEVELS
    ]


def _accuracy(forecast: Range, actual: Floats, scale: Floats, columns: Any) -> Accuracy:
    return accuracy(
        actual[:, columns],
        forecast.mean[:, columns],
        forecast.low[:, columns],
        forecast.high[:, columns],
        scale[columns],
    )


def scores_on_unseen_days(daily: pd.DataFrame, cutoffs: Sequence[date], settings: Settings) -> pd.DataFrame:
    """How each model does on the days after each cut-off, with only what was known by then: see `score_rows`."""
    found = []
    for cutoff in cutoffs:
        history = sales_history(daily, cutoff)
        forecaster = Forecaster(history, settings)
        actual = sales_after(history, daily, settings.horizon)
        for model in settings.models:
            found += score_rows(model, history, forecaster.forecast(model), actual)
    return pd.DataFrame(found)
