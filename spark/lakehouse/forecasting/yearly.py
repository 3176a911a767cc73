"""How the year goes in each category: its season, and what comes again on the same dates, such as promotions."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import median_filter, uniform_filter1d

from lakehouse.forecasting.history import Days, History
from lakehouse.forecasting.rolling import group_ratio, rolling_mean
from lakehouse.forecasting.trading_days import TradingDays
from lakehouse.forecasting.tree import Flags, Floats, Numbers

_YEAR, _DATES, _LEAST_YEARS = 365, 366, 2
_SEASON_DAYS = 21
_LEAST_KNOWN = 0.7
"""Part of the days of two years that must be known: shops rest on Sundays and holidays."""
_LEAST_SHARE, _LEAST_SALES = 0.05, 1e-2
_NOISES = 2.0
"""A date that is off its season by less than so many standard deviations of all dates is taken for noise."""
_MAD_TO_DEVIATION = 1.4826  # of a normal distribution


def yearly_index(history: History, trading: TradingDays) -> Floats:
    """Sales to expect of each day of the history and those to come, in multiples of an ordinary day of its year.

    All countries of a category go together, since one series tells little of one date. A date counts by itself as far
    as it stood out in every year alike, by more than most dates do; all others follow the season.

    Returns:
        float64 [days + horizon, series]; 1 for categories of which fewer than two years are known.
    """
    known = len(history.days)
    if known < _LEAST_YEARS * _YEAR:
        return np.ones(trading.is_open.shape)
    names = [(series.currency, series.category) for series in history.tree.series]
    groups = np.asarray(np.unique(names, axis=0, return_inverse=True)[1].ravel(), np.int64)
    sales = np.where(trading.is_open[:known], history.sales, np.nan)
    lifts = group_ratio(sales, _ordinary(sales, trading.weekdays[:known]), groups)
    year = _year(np.log(np.maximum(lifts, _LEAST_SHARE)), _dates(history.days))
    return np.asarray(np.exp(year)[_dates(trading.days)][:, groups])


def _ordinary(sales: Floats, weekdays: Numbers) -> Floats:
    """The mean of the year around each day times its weekday's share; near the ends that of the nearest whole year."""
    overall = rolling_mean(sales, len(sales))[-1]
    same = np.stack([rolling_mean(sales[weekdays == day], len(sales))[-1] for day in range(7)])
    share = np.maximum(np.nan_to_num(same / np.where(overall > 0, overall, np.nan), nan=1.0), _LEAST_SHARE)[weekdays]
    nearest = np.clip(np.arange(len(sales)) + _YEAR // 2, _YEAR - 1, len(sales) - 1)
    return np.maximum(rolling_mean(sales / share, _YEAR)[nearest] * share, _LEAST_SALES)


def _dates(days: Days) -> Numbers:
    """The date of each day as the day of a leap year, from 0: int64 as `days`."""
    months = days.astype("datetime64[M]")
    leap = np.datetime64("2024-01", "M") + months.astype(np.int64) % 12
    since = leap.astype("datetime64[D]") - np.datetime64("2024-01-01", "D")
    return np.asarray((since + (days - months.astype("datetime64[D]"))).astype(np.int64))


def _year(logs: Floats, dates: Numbers) -> Floats:
    """The season of each group by date, and what single dates add to it: float64 [366, groups]."""
    known = np.isfinite(logs)
    mean, spread, counts = _by_date(np.where(known, logs, 0.0), known, dates)
    season = uniform_filter1d(median_filter(mean, (_SEASON_DAYS, 1), mode="wrap"), _SEASON_DAYS, axis=0, mode="wrap")
    beyond = np.where(counts >= _LEAST_YEARS, mean - season, 0.0)
    noise = _NOISES * _MAD_TO_DEVIATION * np.median(np.abs(beyond), axis=0)
    doubt = np.maximum(noise, spread) / np.where(beyond == 0, np.inf, np.abs(beyond))
    year = season + beyond * np.maximum(0.0, 1 - doubt**2)
    return np.where(known.sum(axis=0) >= _LEAST_YEARS * _YEAR * _LEAST_KNOWN, year, 0.0)


def _by_date(logs: Floats, known: Flags, dates: Numbers) -> tuple[Floats, Floats, Floats]:
    """Mean, standard deviation and number of the years that each date is known of: float64 [366, groups] each."""
    sums = np.zeros((3, _DATES, logs.shape[1]))
    for total, values in zip(sums, (logs, logs**2, known), strict=True):
        np.add.at(total, dates, values)
    counts = np.maximum(sums[2], 1)
    mean = sums[0] / counts
    return mean, np.sqrt(np.maximum(sums[1] / counts - mean**2, 0.0)), sums[2]
