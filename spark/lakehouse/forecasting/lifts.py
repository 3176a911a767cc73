"""Values looked up by row, and how groups of series sold on the same dates of the years before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lakehouse.forecasting.history import Days
from lakehouse.forecasting.rolling import centred_mean, rolling_mean
from lakehouse.forecasting.tree import Flags, Floats, Numbers


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
class GroupLift:
    """The lift of groups of series: the group of each series, the lift [days, groups], and the days, also to come."""

    groups: Numbers
    lift: Floats
    days: Days

    def compared(self, rows: Rows) -> list[Floats]:
        """The last week, and the same dates in the years before, as multiples of the four weeks before them."""
        group = self.groups[rows.series]
        month, week, around = rolling_mean(self.lift, 28), rolling_mean(self.lift, 7), centred_mean(self.lift, 1)
        found = [ratio(value_at(week, rows.origin, group), value_at(month, rows.origin, group))]
        found += [self._years_before(around, month, rows, years) for years in (1, 2)]
        same = [self._years_before(self.lift, month, rows, years) for years in (1, 2)]
        return [*found, *same, np.sqrt(same[0] * same[1])]

    def same_date(self, rows: Rows) -> Floats:
        """The same date as a multiple of the four weeks before the origin's: of both years before, of one, or 1."""
        month = rolling_mean(self.lift, 28)
        last, before = (self._years_before(self.lift, month, rows, years) for years in (1, 2))
        both = np.sqrt(last * before)
        return known_or(both, known_or(last, np.ones_like(last)))

    def _years_before(self, lift: Floats, month: Floats, rows: Rows, years: int) -> Floats:
        # The same date falls on another weekday: lifts do not mind.
        then, group = same_date_before(self.days, years), self.groups[rows.series]
        return ratio(value_at(lift, then[rows.target], group), value_at(month, then[rows.origin], group))


def same_date_before(days: Days, years: int) -> Numbers:
    """The row of the same date some years before each day; below zero where that is before the first."""
    months = days.astype("datetime64[M]")
    then = (months - 12 * years).astype("datetime64[D]") + (days - months.astype("datetime64[D]"))
    return np.asarray((then - days[0]).astype(np.int64))


def value_at(values: Floats, days: Numbers, columns: Numbers) -> Floats:
    """Values by day and column; missing for days before the first."""
    return np.where(days >= 0, values[np.maximum(days, 0), columns], np.nan)


def known_or(values: Floats, otherwise: Floats) -> Floats:
    """The values, and others where they are missing."""
    return np.where(np.isfinite(values), values, otherwise)


def ratio(over: Floats, under: Floats) -> Floats:
    """Missing where there is nothing to compare with."""
    return over / np.where(under > 0, under, np.nan)
