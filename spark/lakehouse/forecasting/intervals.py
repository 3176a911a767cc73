"""Intervals from the errors of backtests: scaled split conformal prediction."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lakehouse.forecasting.tree import Flags, Floats, Numbers

_POOLED_WEIGHT = 48.0
"""As how many days of its own a series counts the errors of all series of its level."""
_LEAST_UNIT = 1e-6


@dataclass(frozen=True)
class Intervals:
    """How far sales lie from their forecast, by series.

    Attributes:
        typical: mean forecast of a trading day in the backtests: float64 [series].
        error: mean absolute error of a trading day: float64 [series].
        reach: how many times its error a series' interval reaches to both sides: float64 [series].
        floor: the least that sales have been, at most zero: float64 [series].
    """

    typical: Floats
    error: Floats
    reach: Floats
    floor: Floats

    @classmethod
    def calibrated(
        cls, forecast: Floats, actual: Floats, is_open: Flags, levels: Numbers, floor: Floats, coverage: float
    ) -> Intervals:
        """Learn from backtests which reach would have covered as much as asked for.

        Errors are measured in units that grow with the forecast (Lei et al. 2018, locally weighted). A series' own
        errors are few: those of its level are mixed in.

        Args:
            forecast, actual, is_open: [windows, horizon, series].
            levels: the level of each series, as a number: [series].
            floor: the least that sales have been, at most zero: [series].
            coverage: the share of days that an interval is to hold.
        """
        days = np.maximum(is_open.sum(axis=(0, 1)), 1)
        typical = (forecast * is_open).sum(axis=(0, 1)) / days
        error = (np.abs(actual - forecast) * is_open).sum(axis=(0, 1)) / days
        plain = cls(typical, error, np.ones_like(error), floor)
        units = np.stack([plain.unit(window) for window in forecast])
        scores = np.where(is_open, np.abs(actual - forecast) / units, np.nan)
        return cls(typical, error, _reaches(scores.reshape(-1, scores.shape[-1]), levels, coverage), floor)

    def unit(self, mean: Floats) -> Floats:
        """The error to expect of each forecast: half of it grows with the forecast."""
        usual = np.maximum(self.typical, _LEAST_UNIT)
        return np.maximum(self.error * (0.5 + 0.5 * np.clip(mean / usual, 0.0, 5.0)), _LEAST_UNIT)

    def around(self, mean: Floats, is_open: Flags) -> tuple[Floats, Floats]:
        """Low and high of each forecast: float64 [horizon, series] each; days off have none to either side."""
        reach = np.where(is_open, self.reach * self.unit(mean), 0.0)
        return np.minimum(mean, np.maximum(mean - reach, self.floor)), mean + reach


def _reaches(scores: Floats, levels: Numbers, coverage: float) -> Floats:
    """The quantile of each series' scores together with those of its level, weighted: float64 [series]."""
    reaches = np.empty(scores.shape[1])
    for level in np.unique(levels):
        columns = np.flatnonzero(levels == level)
        pooled = scores[:, columns]
        pool = np.sort(pooled[np.isfinite(pooled)])
        if not len(pool):
            reaches[columns] = 0.0
            continue
        # A thousand evenly spaced quantiles stand for the pool, however large it is.
        stand = np.quantile(pool, np.linspace(0, 1, 1001)) if len(pool) > 1001 else pool
        for column in columns:
            own = scores[np.isfinite(scores[:, column]), column]
            reaches[column] = _quantile(own, stand, coverage)
    return reaches


def _quantile(own: Floats, pool: Floats, coverage: float) -> float:
    values = np.concatenate([own, pool])
    weights = np.concatenate([np.ones(len(own)), np.full(len(pool), _POOLED_WEIGHT / len(pool))])
    order = np.argsort(values)
    reached = np.cumsum(weights[order]) / (weights.sum() + 1)  # the day to come is one more
    return float(values[order][min(int(np.searchsorted(reached, coverage)), len(values) - 1)])
