"""Which days a shop trades on, learnt from its sales: weekly rest, public holidays, the closing at Christmas."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from lakehouse.forecasting.history import Days, History
from lakehouse.forecasting.public_holidays import Calendar, national_calendar, regional_calendars
from lakehouse.forecasting.tree import COUNTRY, SERIES, Flags, Floats, Numbers

_RECENT_WEEKS = 13
_WEEKDAY_CHANCE, _HOLIDAY_CHANCE = 1e-4, 0.01
"""How likely it may be that nothing was sold by chance, and a weekday or holidays still count as days off."""
_RARE = 0.05
"""Where a smaller share of the trading days has no sales, a day without any was closed."""
_HOME_CANDIDATES = 3
_LONG_CLOSING, _UNEXPLAINED = 4, 2
"""Days in a row, and days of them that neither weekday nor holiday explains, that come again a year later."""


@dataclass(frozen=True)
class TradingDays:
    """The days of a history and of the days to forecast, in one row each.

    Attributes:
        days: datetime64[D] [days + horizon].
        is_open: whether the series trades: bool [days + horizon, series].
        on_holiday: whether it is a public holiday in the series' country: bool [days + horizon, series].
    """

    days: Days
    is_open: Flags
    on_holiday: Flags

    @property
    def weekdays(self) -> Numbers:
        """0 for Monday to 6 for Sunday: int64 [days + horizon]."""
        return weekdays(self.days)


def weekdays(days: Days) -> Numbers:
    """0 for Monday to 6 for Sunday."""
    return np.asarray((days.astype("datetime64[D]").astype(np.int64) + 3) % 7)


def trading_days(history: History, horizon: int) -> TradingDays:
    """Learn from the sales up to the cut-off when each series trades, and carry it `horizon` days on.

    A country keeps the days off of the shop as a whole, and a category those of its country.
    """
    days = np.concatenate([history.days, history.days[-1] + np.arange(1, horizon + 1)])
    shape = (len(days), len(history.tree))
    is_open, on_holiday = np.ones(shape, np.bool_), np.zeros(shape, np.bool_)
    for number, (series, parent) in enumerate(zip(history.tree.series, history.tree.parents, strict=True)):
        if series.level == SERIES:
            is_open[:, number], on_holiday[:, number] = is_open[:, parent], on_holiday[:, parent]
            continue
        kept = is_open[:, parent] if series.level == COUNTRY else np.ones(len(days), np.bool_)
        countries = [series.country] if series.level == COUNTRY else _largest_countries(history, series.currency)
        rest = _Rest(days, history.sales[:, number], kept)
        calendar = rest.best_calendar(countries)
        is_open[:, number] = kept & rest.is_open(calendar)
        on_holiday[:, number] = _on(calendar or _first_national(countries, days), days)
    return TradingDays(days, is_open, on_holiday)


def _largest_countries(history: History, currency: str) -> list[str]:
    sums = [
        (-float(np.nansum(history.sales[:, number])), series.country)
        for number, series in enumerate(history.tree.series)
        if series.level == COUNTRY and series.currency == currency
    ]
    return [country for _, country in sorted(sums)[:_HOME_CANDIDATES]]


def _first_national(countries: list[str], days: Days) -> Calendar:
    return next(iter(_nationals(countries, days)), {})


def _nationals(countries: Iterable[str], days: Days) -> Iterator[Calendar]:
    return (national_calendar(country, days[0].item(), days[-1].item()) for country in countries)


def _on(calendar: Calendar, days: Days) -> Flags:
    return np.isin(days, np.array(sorted(calendar), dtype="datetime64[D]"))


class _Rest:
    """The days off of one series, told apart from days on which nothing happened to be sold."""

    def __init__(self, days: Days, sales: Floats, kept: Flags) -> None:
        """`days` go on beyond `sales`; `kept` is False on days off that are known already."""
        self.days, self.known = days, len(sales)
        self.counted = np.isfinite(sales) & kept[: self.known]
        self.nothing = self.counted & (sales == 0)
        self.weekday = weekdays(days)
        self.weekly = self._weekly()
        self.ordinary = self.counted & ~self.weekly[: self.known]

    def _share(self, among: Flags) -> float:
        # One more and one less than were seen: a share that was never seen is not impossible.
        return float((self.nothing & among).sum() + 1) / float((self.counted & among).sum() + 2)

    def _weekly(self) -> Flags:
        recent = self.counted & (np.arange(self.known) >= self.known - 7 * _RECENT_WEEKS)
        off = []
        for weekday in range(7):
            same = self.weekday[: self.known] == weekday
            seen, nothing = int((recent & same).sum()), int((self.nothing & recent & same).sum())
            by_chance = min(self._share(recent & (self.weekday[: self.known] == other)) for other in range(7))
            if seen >= 4 and nothing >= 0.9 * seen and by_chance**nothing < _WEEKDAY_CHANCE:
                off.append(weekday)
        return np.isin(self.weekday, off)

    def best_calendar(self, countries: list[str]) -> Calendar:
        """The calendar whose holidays explain most days without sales; empty where none does."""
        best, most = self._best(_nationals(countries, self.days))
        unexplained = self.ordinary & ~_on(best, self.days)[: self.known]
        if (self.nothing & unexplained).any() and self._share(unexplained) < _RARE:
            first, last = self.days[0].item(), self.days[-1].item()
            parts = (part for country in countries for part in regional_calendars(country, first, last))
            regional, more = self._best(parts)
            best = regional if more > most else best
        return best

    def _best(self, calendars: Iterable[Calendar]) -> tuple[Calendar, int]:
        best: Calendar = {}
        most = 0
        for calendar in calendars:
            on = self.ordinary & _on(calendar, self.days)[: self.known]
            off = int((on & self.nothing).sum())
            explained = 2 * off - int(on.sum())
            if explained > most and self._share(self.ordinary & ~on) ** off < _HOLIDAY_CHANCE:
                best, most = calendar, explained
        return best, most

    def is_open(self, calendar: Calendar) -> Flags:
        """Every day that is not off; in the past, a day with sales was open whatever day it was."""
        off = self.weekly | self._holidays(calendar)
        ordinary = self.ordinary & ~off[: self.known]
        past = self.nothing & (off[: self.known] | (self._share(ordinary) < _RARE))
        off[: self.known] = past
        off[self.known :] |= self._again(past)
        return ~off

    def _holidays(self, calendar: Calendar) -> Flags:
        """The holidays on which nothing is sold, by their names, and by the others where a name is new."""
        on = {np.datetime64(day): _plain(name) for day, name in calendar.items()}
        past = [
            (on[day], bool(n))
            for day, n, o in zip(self.days[: self.known], self.nothing, self.ordinary, strict=True)
            if o and day in on
        ]
        named: dict[str, list[bool]] = {}
        for name, nothing in past:
            named.setdefault(name, []).append(nothing)
        closed = {name: sum(seen) * 2 > len(seen) for name, seen in named.items()}
        usual = sum(nothing for _, nothing in past) >= 0.75 * len(past) > 0
        return np.array([day in on and closed.get(on[day], usual) for day in self.days])

    def _again(self, past: Flags) -> Flags:
        """The days to come whose date a year before lay in a long closing."""
        closed = past | self.weekly[: self.known]
        unexplained = past & ~self.weekly[: self.known]
        dates: set[tuple[int, int]] = set()
        edges = np.flatnonzero(np.diff(np.concatenate(([0], closed.astype(np.int8), [0]))))
        for begin, end in edges.reshape(-1, 2):
            long = end - begin >= _LONG_CLOSING and unexplained[begin:end].sum() >= _UNEXPLAINED
            recent = self.known - begin <= 400
            if long and recent:
                dates |= {_month_and_day(day) for day in self.days[begin:end].tolist()}
        return np.array([_month_and_day(day) in dates for day in self.days[self.known :].tolist()], dtype=np.bool_)


def _plain(name: str) -> str:
    return name.removesuffix(" (observed)")


def _month_and_day(day: date) -> tuple[int, int]:
    return day.month, day.day
