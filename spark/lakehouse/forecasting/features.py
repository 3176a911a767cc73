"""What a model may know on the day of the cut-off about a day to come."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np

from lakehouse.forecasting.history import History
from lakehouse.forecasting.rolling import centred_mean, days_since, group_means, later, rolling_mean
from lakehouse.forecasting.trading_days import TradingDays
from lakehouse.forecasting.tree import Flags, Floats, Numbers

_WEEK, _YEAR = 7, 364  # 52 weeks: the same weekday a year before
_MEANS = (7, 56, 112, 364)
_LEVEL_DAYS = 28
_BASE_WEEKS, _BASE_LEAST = 26, 4
_MOST_LIFT = 6.0

Column: TypeAlias = Floats | Numbers | Flags


@dataclass(frozen=True)
class Rows:
    """Which examples to describe: for each, the origin (the last day known), the days ahead of it, and the series.

    All three are int64 [rows]; an origin is a row of the history, a series a column.
    """

    origin: Numbers
    ahead: Numbers
    series: Numbers

    @property
    def target(self) -> Numbers:
        """The day that is described, as a row of the days of the history and those to come."""
        return self.origin + self.ahead

    def where(self, kept: Flags) -> Rows:
        """Those that are kept."""
        return Rows(self.origin[kept], self.ahead[kept], self.series[kept])


@dataclass(frozen=True)
class _GroupLift:
    """The mean lift of groups of series: the group of each series, and the lift, [days, groups]."""

    groups: Numbers
    lift: Floats

    def compared(self, rows: Rows) -> list[Floats]:
        """The last week, and the same dates in the years before, as multiples of the four weeks before them."""
        group = self.groups[rows.series]
        month, week, around = rolling_mean(self.lift, 28), rolling_mean(self.lift, 7), centred_mean(self.lift, 1)
        found = [_ratio(_at(week, rows.origin, group), _at(month, rows.origin, group))]
        for years in (1, 2):
            # The same date falls on another weekday: lifts do not mind.
            then, before = rows.target - 365 * years, _at(month, rows.origin - 365 * years, group)
            found += [_ratio(_at(values, then, group), before) for values in (self.lift, around)]
        return found


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
    def _lift(self) -> Floats:
        """Sales as a multiple of the same weekday's mean of half a year before: what season and promotions add."""
        base = later(rolling_mean(self._sales, _BASE_WEEKS, step=_WEEK, least=_BASE_LEAST), _WEEK)
        floor = 0.2 * later(rolling_mean(self._sales, _BASE_WEEKS * _WEEK), 1)
        return np.clip(self._sales / np.maximum(np.maximum(base, floor), 1e-2), 0.0, _MOST_LIFT)

    @cached_property
    def _lift_means(self) -> dict[int, Floats]:
        return {days: rolling_mean(self._lift, days) for days in (7, 28)}

    @cached_property
    def _lift_around(self) -> Floats:
        return centred_mean(self._lift, 3)

    @cached_property
    def _group_lifts(self) -> list[_GroupLift]:
        """The mean lift of all series, of each country's and of each category's."""
        everything = np.zeros_like(self._groups[0])
        return [_GroupLift(groups, group_means(self._lift, groups)) for groups in (everything, *self._groups[1:])]

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
        level = _at(self.level, rows.origin, rows.series)
        weekday = _last_same_weekday(rows)
        base = _at(self._weekday_means[_BASE_WEEKS], weekday, rows.series)
        amounts = [
            *(_at(self._means[days], rows.origin, rows.series) for days in _MEANS),
            _at(self._deviation, rows.origin, rows.series),
            *(_at(self._weekday_means[weeks], weekday, rows.series) for weeks in self._weekday_means),
            _at(self._sales, weekday, rows.series),
            base * _at(self._lift_means[28], rows.origin, rows.series),
        ]
        return [
            *(amount / level for amount in amounts),
            np.log(level),
            _at(self._nothing, rows.origin, rows.series),
            *(_at(means, rows.origin, rows.series) for means in self._lift_means.values()),
        ]

    def _yearly(self, rows: Rows) -> list[Floats]:
        """How the days a year before, and two, compared with what had been known as long before the origin."""
        found = []
        for years in (1, 2):
            then = _at(self._lift_around, rows.target - years * _YEAR, rows.series)
            found.append(_ratio(then, _at(self._lift_means[28], rows.origin - years * _YEAR, rows.series)))
        for group in self._group_lifts:
            found += group.compared(rows)
        return found

    def _identity(self, rows: Rows) -> list[Numbers]:
        return [groups[rows.series] for groups in self._groups]


def _codes(history: History, part: str) -> Numbers:
    names = [getattr(series, part) for series in history.tree.series]
    return np.asarray(np.unique(names, return_inverse=True)[1], np.int64)


def _at(values: Floats, days: Numbers, columns: Numbers) -> Floats:
    """Values by day and column; missing for days before the first."""
    return np.where(days >= 0, values[np.maximum(days, 0), columns], np.nan)


def _ratio(over: Floats, under: Floats) -> Floats:
    """Missing where there is nothing to compare with."""
    return over / np.where(under > 0, under, np.nan)


def _last_same_weekday(rows: Rows) -> Numbers:
    return rows.target - _WEEK * -(-rows.ahead // _WEEK)
