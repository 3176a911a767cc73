"""The shop's customers: where each lives, and when some move to another country."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lakehouse.generator.calendar import Calendar

COUNTRIES = {
    "United States": 0.36,
    "United Kingdom": 0.12,
    "Germany": 0.11,
    "Canada": 0.09,
    "France": 0.08,
    "Italy": 0.06,
    "Spain": 0.05,
    "Netherlands": 0.04,
    "Austria": 0.03,
    "Switzerland": 0.03,
    "Sweden": 0.02,
    "Türkiye": 0.01,
}
GUEST = -1

_GUESTS = 0.05
_MOVERS = 0.04
_NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Customers:
    """Home countries as indexes into `COUNTRIES`, and the UTC milliseconds of each move; all [customers]."""

    home: npt.NDArray[np.int8]
    new_home: npt.NDArray[np.int8]
    moves_at: npt.NDArray[np.int64]

    def country_at(self, customer: npt.NDArray[np.int64], at: npt.NDArray[np.int64]) -> npt.NDArray[np.int8]:
        """Where each customer lives at each moment (UTC milliseconds); for a `GUEST` it means nothing."""
        return np.where(at >= self.moves_at[customer], self.new_home[customer], self.home[customer])

    def draw(self, count: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
        """The customers of `count` orders, frequent buyers often, some of them `GUEST`."""
        chosen = (len(self.home) * rng.random(count) ** 1.6).astype(np.int64)
        chosen[rng.random(count) < _GUESTS] = GUEST
        return chosen


def customer_base(lines: int, calendar: Calendar, rng: np.random.Generator) -> Customers:
    """Draw one customer for each 12 lines; customer 0, the most frequent buyer, is always one of those who move."""
    count = max(1, lines // 12)
    home = draw_countries(count, rng)
    begin, end = int(calendar.midnights[0]), int(calendar.midnights[-1])
    moves_at = np.where(rng.random(count) < _MOVERS, rng.integers(begin, end, count) // 1000 * 1000, _NEVER)
    moves_at[0] = (begin + end) // 2000 * 1000
    away = (home + rng.integers(1, len(COUNTRIES), count)) % len(COUNTRIES)
    return Customers(home=home, new_home=away.astype(np.int8), moves_at=moves_at)


def draw_countries(count: int, rng: np.random.Generator) -> npt.NDArray[np.int8]:
    """`count` countries, by their size."""
    steps = np.cumsum(list(COUNTRIES.values()))
    return np.searchsorted(steps / steps[-1], rng.random(count), side="right").astype(np.int8)
