"""The Theta method for many series at once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lakehouse.forecasting.history import History
from lakehouse.forecasting.regular import Regular, regular_groups
from lakehouse.forecasting.trading_days import TradingDays
from lakehouse.forecasting.tree import Floats
from lakehouse.forecasting.yearly import yearly_index

_SMOOTHINGS = np.array([0.01, 0.02, 0.04, 0.06, 0.09, 0.13, 0.18, 0.25, 0.35, 0.5])
_LEAST_INDEX = 0.05


class Theta:
    """Half the trend of the whole history on top of a smoothed level, times the weekday's share.

    The classical method (Assimakopoulos and Nikolopoulos 2000) in the closed form of Hyndman and Billah (2003), on
    trading weekdays without spikes; where two years are known, without the year's course, which is put back on the days
    to come. All series are smoothed in one pass: a thousand take a second, where a library that fits one after the
    other takes a minute.
    """

    name = "theta"

    def __init__(self) -> None:
        self._ahead: Floats = np.zeros((0, 0))

    def fit(self, history: History, trading: TradingDays) -> None:
        """Fit each series, and carry it as far as `trading` goes."""
        known = len(history.days)
        is_open, index = trading.is_open[known:], yearly_index(history, trading)
        self._ahead = np.zeros(is_open.shape)
        for group in regular_groups(replace(history, sales=history.sales / index[:known]), trading):
            steps = int(group.ahead.sum())
            self._ahead[np.ix_(group.ahead, group.columns)] = theta_forecast(group, steps)
        self._ahead *= is_open * index[known:]

    def predict(self, horizon: int) -> Floats:
        """Level, trend and weekday; nothing on days off."""
        return self._ahead[:horizon]


def theta_forecast(group: Regular, steps: int) -> Floats:
    """The next `steps` rows of each series: float64 [steps, series]."""
    index = weekday_index(group.sales, group.season)
    rows = len(group.sales)
    level, smoothing = _smoothed(group.sales / index[np.arange(rows) % group.season])
    slope = _slope(group.sales / index[np.arange(rows) % group.season])
    ahead = np.arange(steps)[:, None]
    # What simple smoothing lags behind a trend line, with the weight of the start fading.
    lag = (1 - (1 - smoothing) ** rows) / smoothing
    flat = level + slope / 2 * (ahead + lag)
    return np.asarray(flat * index[(rows + np.arange(steps)) % group.season])


def weekday_index(sales: Floats, season: int) -> Floats:
    """Each weekday's sales as a multiple of its weeks' mean day, by row modulo season: float64 [season, series]."""
    rows = np.arange(len(sales))
    known = np.isfinite(sales)
    weeks = _centred_mean(np.where(known, sales, 0.0), season)
    index = np.ones((season, sales.shape[1]))
    for weekday in range(season):
        same = (rows % season == weekday)[:, None] & known
        own, mean = np.where(same, sales, 0.0).sum(axis=0), np.where(same, weeks, 0.0).sum(axis=0)
        index[weekday] = np.where(mean > 0, own / np.where(mean > 0, mean, 1.0), 1.0)
    index = np.maximum(index, _LEAST_INDEX)
    return np.asarray(index / index.mean(axis=0))


def _centred_mean(sales: Floats, season: int) -> Floats:
    half = season // 2
    padded = np.vstack([sales[:half][::-1], sales, sales[len(sales) - half :][::-1]])
    total = np.cumsum(np.vstack([np.zeros((1, sales.shape[1])), padded]), axis=0)
    width = 2 * half + 1
    inner = total[width:] - total[:-width]
    if season % 2 == 0:  # an even season: the ends weigh half
        inner = inner - 0.5 * (padded[: len(sales)] + padded[2 * half :])
    return np.asarray(inner / season)


def _smoothed(sales: Floats) -> tuple[Floats, Floats]:
    """Simple exponential smoothing with each series' best constant: last level and constant, float64 [series] each."""
    known = np.isfinite(sales)
    first = np.argmax(known, axis=0)
    start = np.array([_median_or_zero(column[begin:][:12]) for column, begin in zip(sales.T, first, strict=True)])
    level = np.tile(start, (len(_SMOOTHINGS), 1))
    errors = np.zeros_like(level)
    for row, seen in zip(sales, known, strict=True):
        missed = np.where(seen, row - level, 0.0)
        errors += missed**2
        level += _SMOOTHINGS[:, None] * missed
    best = errors.argmin(axis=0)
    return level[best, np.arange(sales.shape[1])], _SMOOTHINGS[best]


def _median_or_zero(values: Floats) -> float:
    finite = values[np.isfinite(values)]
    return float(np.mean(finite)) if len(finite) else 0.0


def _slope(sales: Floats) -> Floats:
    """The slope of the line through each series: float64 [series]."""
    known = np.isfinite(sales)
    count = np.maximum(known.sum(axis=0), 1)
    at = np.where(known, np.arange(len(sales))[:, None], 0.0)
    centred = np.where(known, at - at.sum(axis=0) / count, 0.0)
    spread = (centred**2).sum(axis=0)
    return np.asarray((centred * np.nan_to_num(sales)).sum(axis=0) / np.where(spread > 0, spread, 1.0))
