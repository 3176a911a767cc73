"""What a model may know on the day of the cut-off about a day to come."""

from __future__ import annotations

from functools import cached_property
from typing import TypeAlias

import numpy as np

from lakehouse.forecasting.history import History
from lakehouse.forecasting.lifts import GroupLift, Rows, known_or, ratio, value_at
from lakehouse.forecasting.rolling import centred_mean, days_since, group_ratio, later, rolling_mean
from lakehouse.forecasting.trading_days import TradingDays
from lakehouse.forecasting.tree import Flags, Floats, Numbers

_WEEK, _YEAR = 7, 364  # 52 weeks: the same weekday a year before
_MEANS = (7, 56, 112, 364)
_LEVEL_DAYS = 28
_BASE_WEEKS, _BASE_LEAST = 26, 4
_SHARE_WEEKS = 104
_MOST_LIFT = 6.0

Column: TypeAlias = Floats | Numbers | Flags


class Features:
    """Lags, rolling statistics, calendar and holidays of all series, to be looked up by `Rows`.

    All that is looked up for a row is of days up to its origin, but for the calendar, which is known beforehand; so a
    row may be at most 360 days ahead.
    Amounts are divided by the series' level at the origin, so that large and small series look alike.
    """

    def __init__(self, history: History, trading: TradingDays) -> None:
        """Prepare the rolling statistics of all days, once."""
        known = len(history.days)
        self._trading = trading
        self._sales = np.where(trading.is_open[:known], history.sales, np.nan)
        self._means = {days: rolling_mean(self._sales, days) for days in (*_MEANS, _LEVEL_DAYS)}
        self._weekday_means = {weeks: rolling_mean(self._sales, weeks, step=_WEEK) for weeks in (4, 8, _BASE_WEEKS)}
        self._nothing = rolling_mean(np.where(np.isfinite(self._sales), self._sales <= 0, np.nan), 56)
        self._groups = [_codes(history, part) for part in ("level", "country", "category")]

    @cached_property
    def level(self) -> Floats:
        """Mean sales of the trading days of four weeks, at least a tenth of the year's: float64 [days, series]."""
        recent, year = (np.nan_to_num(self._means[days]) for days in (_LEVEL_DAYS, 364))
        return np.maximum(recent, np.maximum(0.1 * np.abs(year), 1e-2))

    @cached_property
    def _deviation(self) -> Floats:
        squares = rolling_mean(self._sales**2, _LEVEL_DAYS)
        return np.sqrt(np.maximum(squares - self._means[_LEVEL_DAYS] ** 2, 0.0))

    @cached_property
    def _base(self) -> Floats:
        """What half a year before would lead one to expect: the same weekday's mean, at least a fifth of all days'."""
        base = later(rolling_mean(self._sales, _BASE_WEEKS, step=_WEEK, least=_BASE_LEAST), _WEEK)
        floor = 0.2 * later(rolling_mean(self._sales, _BASE_WEEKS * _WEEK), 1)
        return np.maximum(np.maximum(base, floor), 1e-2)

    @cached_property
    def _lift(self) -> Floats:
        """Sales as a multiple of that base: what season and promotions add."""
        return np.clip(self._sales / self._base, 0.0, _MOST_LIFT)

    @cached_property
    def _lift_means(self) -> dict[int, Floats]:
        return {days: rolling_mean(self._lift, days) for days in (7, 28)}

    @cached_property
    def _lift_around(self) -> Floats:
        return centred_mean(self._lift, 3)

    @cached_property
    def _group_lifts(self) -> list[GroupLift]:
        """The lift of all series together, of each country's and of each category's."""
        everything, clipped = np.zeros_like(self._groups[0]), self._lift * self._base
        return [
            GroupLift(groups, group_ratio(clipped, self._base, groups), self._trading.days)
            for groups in (everything, *self._groups[1:])
        ]

    def table(self, rows: Rows) -> Floats:
        """The features of each row: float32 [rows, features]."""
        columns = [*self._calendar(rows), *self._recent(rows), *self._yearly(rows), *self._identity(rows)]
        return np.column_stack([np.asarray(column, np.float32) for column in columns])

    def is_open(self, rows: Rows) -> Flags:
        """Whether the series trades on the day described."""
        return self._trading.is_open[rows.target, rows.series]

    def sales(self, rows: Rows) -> Floats:
        """What was sold on the day described; NaN where trade rested or nothing is known."""
        return self._sales[rows.target, rows.series]

    def _calendar(self, rows: Rows) -> list[Column]:
        days = self._trading.days
        months = days.astype("datetime64[M]")
        of_month = (days - months).astype(np.int64)
        of_year = (days - days.astype("datetime64[Y]").astype("datetime64[D]")).astype(np.int64)
        until, since = self._holiday_distances
        at = (rows.target, rows.series)
        of_days = (part[rows.target] for part in (self._trading.weekdays, of_month, of_year))
        return [rows.ahead, *of_days, until[at], since[at], self._trading.on_holiday[at]]

    @cached_property
    def _holiday_distances(self) -> tuple[Floats, Floats]:
        """Days until the next and since the last holiday, at most 10: float64 [days, series] each."""
        return days_since(self._trading.on_holiday[::-1], 10)[::-1], days_since(self._trading.on_holiday, 10)

    def _recent(self, rows: Rows) -> list[Floats]:
        level = value_at(self.level, rows.origin, rows.series)
        weekday = _last_same_weekday(rows)
        base = value_at(self._weekday_means[_BASE_WEEKS], weekday, rows.series)
        amounts = [
            *(value_at(self._means[days], rows.origin, rows.series) for days in _MEANS),
            value_at(self._deviation, rows.origin, rows.series),
            *(value_at(self._weekday_means[weeks], weekday, rows.series) for weeks in self._weekday_means),
            value_at(self._sales, weekday, rows.series),
            base * value_at(self._lift_means[28], rows.origin, rows.series),
        ]
        return [
            *(amount / level for amount in amounts),
            np.log(level),
            value_at(self._nothing, rows.origin, rows.series),
            *(value_at(means, rows.origin, rows.series) for means in self._lift_means.values()),
        ]

    def _yearly(self, rows: Rows) -> list[Floats]:
        """How the days a year before, and two, compared with what had been known as long before the origin."""
        found = []
        for years in (1, 2):
            then = value_at(self._lift_around, rows.target - years * _YEAR, rows.series)
            found.append(ratio(then, value_at(self._lift_means[28], rows.origin - years * _YEAR, rows.series)))
        for group in self._group_lifts:
            found += group.compared(rows)
        return [*found, *self._weekday_and_date(rows)]

    @cached_property
    def _shares(self) -> Floats:
        """Each weekday's mean as a multiple of all days', over two years: float64 [days, series]."""
        weekday = rolling_mean(self._sales, _SHARE_WEEKS, step=_WEEK, least=_BASE_LEAST)
        return ratio(weekday, rolling_mean(self._sales, _SHARE_WEEKS * _WEEK))

    def _weekday_and_date(self, rows: Rows) -> list[Floats]:
        """The weekday's share, and its product with what the category sold on the same date of the years before.

        Trees cut along one feature after the other: a product of two takes them many cuts, and one if it is given.
        """
        share = value_at(self._shares, _last_same_weekday(rows), rows.series)
        return [share, known_or(share, np.ones_like(share)) * self._group_lifts[-1].same_date(rows)]

    def _identity(self, rows: Rows) -> list[Numbers]:
        return [groups[rows.series] for groups in self._groups]


def _codes(history: History, part: str) -> Numbers:
    names = [getattr(series, part) for series in history.tree.series]
    return np.asarray(np.unique(names, return_inverse=True)[1], np.int64)


def _last_same_weekday(rows: Rows) -> Numbers:
    return rows.target - _WEEK * -(-rows.ahead // _WEEK)
