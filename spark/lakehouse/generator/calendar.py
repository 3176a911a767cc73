"""The shop's business days: when each begins in UTC, how busy it is, and which promotion runs on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

BUSINESS_TIMEZONE = "America/New_York"
MS_PER_DAY = 86_400_000

_WEEKDAYS = np.array([1.05, 0.98, 0.95, 0.97, 1.02, 1.16, 1.22])  # Monday first: people shop at the weekend
_HOURS = np.array([2, 1, 1, 1, 1, 2, 3, 5, 6, 7, 8, 8, 9, 8, 8, 8, 8, 9, 10, 12, 13, 11, 7, 4], dtype=np.float64)
_TREND_PER_YEAR = 0.12


@dataclass(frozen=True)
class Promotion:
    """A yearly sale: first day (month, day), length in days, price cut in percent, factor on what it covers."""

    begins: tuple[int, int]
    days: int
    percent: int
    lift: float


PROMOTIONS = (
    Promotion(begins=(1, 3), days=10, percent=20, lift=1.9),
    Promotion(begins=(4, 8), days=6, percent=10, lift=1.5),
    Promotion(begins=(7, 9), days=8, percent=15, lift=1.8),
    Promotion(begins=(9, 1), days=7, percent=10, lift=1.4),
    Promotion(begins=(11, 24), days=7, percent=25, lift=2.6),
)
NO_PROMOTION = len(PROMOTIONS)


@dataclass(frozen=True)
class Calendar:
    """The business days of one generation; a day is known by its index from 0.

    Attributes:
        start: business date of day 0.
        midnights: UTC milliseconds at which each day begins, and the end of the last: int64 [days + 1].
        months: the months met, such as `2024-03`, in order.
        month_of_day: index into `months`: int64 [days].
        promotion_of_day: index into `PROMOTIONS` or `NO_PROMOTION`: int64 [days].
        weights: expected share of lines, summing to 1: float64 [days].
    """

    start: date
    midnights: npt.NDArray[np.int64]
    months: list[str]
    month_of_day: npt.NDArray[np.int64]
    promotion_of_day: npt.NDArray[np.int64]
    weights: npt.NDArray[np.float64]

    @property
    def days(self) -> int:
        """How many business days there are."""
        return len(self.month_of_day)

    def date_of(self, day: int) -> date:
        """The business date of a day's index."""
        return self.start + timedelta(days=day)


def business_calendar(start: date, days: int, rng: np.random.Generator) -> Calendar:
    """Lay out `days` business days from `start`; `rng` adds the day-to-day noise of demand."""
    dates = [start + timedelta(days=n) for n in range(days)]
    month_texts = [f"{day:%Y-%m}" for day in dates]
    months = sorted(set(month_texts))
    promotions = np.array([_promotion_on(day) for day in dates], dtype=np.int64)
    return Calendar(
        start=start,
        midnights=np.array([_utc_midnight(start + timedelta(days=n)) for n in range(days + 1)], dtype=np.int64),
        months=months,
        month_of_day=np.searchsorted(np.array(months), np.array(month_texts)).astype(np.int64),
        promotion_of_day=promotions,
        weights=_demand(dates, promotions, rng),
    )


def moment_in_day(share: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Turn a day's share of orders (0 to 1) into the share of the day's length by which they have come in."""
    taken = np.concatenate(([0.0], np.cumsum(_HOURS))) / _HOURS.sum()
    return np.asarray(np.interp(share, taken, np.arange(25) / 24))


def share_by_moment(moment: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The inverse of `moment_in_day`: the share of a day's orders taken by a moment (0 to 1) of that day."""
    taken = np.concatenate(([0.0], np.cumsum(_HOURS))) / _HOURS.sum()
    return np.asarray(np.interp(moment, np.arange(25) / 24, taken))


def _utc_midnight(day: date) -> int:
    local = datetime.combine(day, time(), tzinfo=ZoneInfo(BUSINESS_TIMEZONE))
    return int(local.timestamp()) * 1000


def _promotion_on(day: date) -> int:
    for number, promotion in enumerate(PROMOTIONS):
        since = (day - date(day.year, *promotion.begins)).days
        if 0 <= since < promotion.days:
            return number
    return NO_PROMOTION


def _demand(dates: list[date], promotions: npt.NDArray[np.int64], rng: np.random.Generator) -> npt.NDArray[np.float64]:
    of_year = np.array([day.timetuple().tm_yday for day in dates], dtype=np.float64)
    weekday = _WEEKDAYS[[day.weekday() for day in dates]]
    # A wave that is lowest in spring, with the run-up to Christmas on top of it.
    season = 1 + 0.1 * np.cos(2 * np.pi * (of_year - 330) / 365.25) + 0.9 * np.exp(-(((of_year - 342) / 16) ** 2))
    trend = 1 + _TREND_PER_YEAR * np.arange(len(dates)) / 365
    lifts = np.array([1 + 0.4 * (promotion.lift - 1) for promotion in PROMOTIONS] + [1.0])[promotions]
    weights = weekday * season * trend * lifts * np.exp(rng.normal(0, 0.04, len(dates)))
    return np.asarray(weights / weights.sum())
