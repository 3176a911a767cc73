"""Daily sales of many series over years, drawn at random: twenty countries by fifty categories.

Orders come as a Poisson process whose rate has a level (six orders a month to six hundred a day), a trend, a slow
drift, a week, a year with a run-up to Christmas, yearly promotions and public holidays; what an order is worth is
drawn apart, and some of it comes back days later. So noise, days without sales and days below zero follow from the
rate, as in a shop. No model offered has this form: nobody is told rates, promotions or which countries close.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import holidays
import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]

COUNTRIES = (
    *("AT", "AU", "BE", "CA", "CH", "DE", "DK", "ES", "FI", "FR"),
    *("GB", "IE", "IT", "JP", "NL", "NO", "PL", "PT", "SE", "US"),
)
CATEGORIES = tuple(f"category {number:02}" for number in range(50))
FIRST, LAST = date(2022, 7, 1), date(2025, 6, 30)
_YEARLY_PROMOTIONS, _SURPRISES = 12, 1
"""A year: promotions on the same dates as the year before, and such as nobody could know of."""
_RETURN_DAYS = 5
_ORDER_SHAPE = 0.8  # of the gamma distribution of an order's worth: many small, few large


@dataclass(frozen=True)
class GeneratedSales:
    """Net sales by day and series, with what they were drawn from.

    Attributes:
        daily: rows of gold.daily_sales: order_date, country, category, currency, net_amount; days without are absent.
        countries: those drawn.
        expected: the mean that each day was drawn from, by day, country and category: [days, countries, 50].
    """

    daily: pd.DataFrame
    countries: Sequence[str]
    expected: Floats

    def expected_of(self, country: str, category: str) -> Floats:
        """The means of one series: [days]."""
        return np.asarray(self.expected[:, self.countries.index(country), CATEGORIES.index(category)])


def generated_sales(seed: int = 1, countries: Sequence[str] = COUNTRIES) -> GeneratedSales:
    """Draw the sales of fifty series a country; the same seed gives the same sales."""
    rng = np.random.default_rng(seed)
    days = pd.date_range(FIRST, LAST)
    seasons = np.stack([_category_season(days, rng) for _ in CATEGORIES], axis=1)
    returned = rng.uniform(0, 0.06, len(CATEGORIES))
    blocks = [_country(days, country, seasons, returned, rng) for country in countries]
    sales, expected = (np.stack([block[part] for block in blocks], axis=1) for part in (0, 1))
    return GeneratedSales(_rows(days, countries, np.round(sales, 2)), countries, expected)


def _category_season(days: pd.DatetimeIndex, rng: np.random.Generator) -> Floats:
    """What a category sells by day, in every country, as a multiple of its usual: weekday, year, promotions."""
    week = np.exp(rng.normal(0, 0.15, 7))[days.dayofweek]
    angle = 2 * np.pi * days.dayofyear.to_numpy() / 365.25
    size, phase = rng.uniform(0, 0.3, 2) / (1, 2), rng.uniform(0, 2 * np.pi, 2)
    year = np.exp(size[0] * np.cos(angle - phase[0]) + size[1] * np.cos(2 * angle - phase[1]))
    to_christmas = pd.to_datetime(days.year.astype(str) + "-12-20") - days
    before = to_christmas.days.to_numpy()
    lift = rng.choice([0.0, 0.3, 0.8, 1.5], p=[0.3, 0.3, 0.3, 0.1])
    christmas = 1 + lift * np.where(before >= 0, np.exp(-before / 14), np.exp(before / 3))
    return np.asarray(week * year * christmas * _promotions(days, rng))


def _promotions(days: pd.DatetimeIndex, rng: np.random.Generator) -> Floats:
    """Days that sell a multiple of the usual: from the same date each year on, and in one year only."""
    lifts = np.ones(len(days))
    years = sorted(set(days.year))
    for begins in [years] * _YEARLY_PROMOTIONS + [[year] for year in years] * _SURPRISES:
        month, day, length, lift = rng.integers(1, 13), rng.integers(1, 29), rng.integers(1, 4), rng.uniform(1.2, 2.5)
        for year in begins:
            since = (days - pd.Timestamp(year, int(month), int(day))).days
            on = (since >= 0) & (since < length)
            lifts[on] = np.maximum(lifts[on], lift)
    return lifts


def _country(
    days: pd.DatetimeIndex, country: str, seasons: Floats, returned: Floats, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Sales and their expectation by day and category."""
    shape = seasons.shape
    years = np.arange(len(days))[:, None] / 365.25
    own_week = np.exp(rng.normal(0, 0.15, (7, 1)) + rng.normal(0, 0.08, (7, shape[1])))[days.dayofweek]
    level = 10 ** rng.uniform(-0.7, 2.8, shape[1])
    growth = np.exp(rng.normal(0.05, 0.2, shape[1]) * years + _drift(shape, 0.006, rng))
    rate = level * growth * own_week * seasons * (_holiday_effect(days, country, rng) * _mood(len(days), rng))[:, None]
    spread = rng.uniform(0.1, 0.3, shape[1])  # of a day's demand beyond chance
    orders = rng.poisson(rate * rng.gamma(spread**-2, spread**2, shape))
    worth = np.asarray(rng.lognormal(3.5, 0.8, shape[1]))
    back = rng.binomial(orders, returned)
    back = np.vstack([np.zeros((_RETURN_DAYS, shape[1]), np.int64), back[:-_RETURN_DAYS]]) * (rate > 0)
    sales = _worth(orders, worth, rng) - _worth(back, worth, rng)
    return sales, rate * worth * (1 - returned)


def _drift(shape: tuple[int, ...], deviation: float, rng: np.random.Generator) -> Floats:
    walk = np.cumsum(rng.normal(0, deviation, shape), axis=0)
    return np.asarray(walk - walk.mean(axis=0))


def _mood(days: int, rng: np.random.Generator) -> Floats:
    """What a whole country buys more or less, for some days: weather, news."""
    mood = np.zeros(days)
    for day, news in enumerate(rng.normal(0, 0.03, days)):
        mood[day] = 0.8 * mood[day - 1] + news
    return np.exp(mood)


def _holiday_effect(days: pd.DatetimeIndex, country: str, rng: np.random.Generator) -> Floats:
    """A third of the countries close on public holidays, a third sells half; a third of all rest on Sundays."""
    calendar = holidays.country_holidays(country, years=range(days[0].year, days[-1].year + 1))
    on_holiday = np.array([day.date() in calendar for day in days])
    effect = np.where(on_holiday, rng.choice([0.0, 0.5, 1.15]), 1.0)
    return np.where((days.dayofweek == 6) & (rng.random() < 1 / 3), 0.0, effect)


def _worth(orders: npt.NDArray[np.int64], each: Floats, rng: np.random.Generator) -> Floats:
    drawn = np.asarray(rng.gamma(np.maximum(orders, 1) * _ORDER_SHAPE, each / _ORDER_SHAPE))
    return np.where(orders > 0, drawn, 0.0)


def _rows(days: pd.DatetimeIndex, countries: Sequence[str], sales: Floats) -> pd.DataFrame:
    day, country, category = np.nonzero(sales)
    return pd.DataFrame(
        {
            "order_date": days[day],
            "country": np.array(countries)[country],
            "category": np.array(CATEGORIES)[category],
            "currency": "EUR",
            "net_amount": sales[day, country, category],
        }
    )
