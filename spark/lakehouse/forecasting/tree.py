"""Series and the levels above them: country x category, country, total, which add up exactly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
Flags: TypeAlias = npt.NDArray[np.bool_]
Numbers: TypeAlias = npt.NDArray[np.int64]

TOTAL, COUNTRY, SERIES = "total", "country", "series"
LEVELS = (TOTAL, COUNTRY, SERIES)
ALL = "All"
"""What country and category are called where a level sums them up."""

_STEPS_PER_UNIT = 10_000  # amounts in the lake have four decimals


class Series(NamedTuple):
    """One series of daily net sales; `country` and `category` are `All` on the levels that sum them up."""

    level: str
    currency: str
    country: str
    category: str


@dataclass(frozen=True)
class Tree:
    """All series of a forecast, parents before children: totals, countries, then the series that they sum.

    Nothing is summed across currencies: each currency has a total of its own.
    """

    series: tuple[Series, ...]

    @classmethod
    def of(cls, leaves: Sequence[tuple[str, str, str]]) -> Tree:
        """The tree above `leaves`: (currency, country, category), each different."""
        ordered = sorted(leaves)
        totals = sorted({currency for currency, _, _ in ordered})
        countries = sorted({(currency, country) for currency, country, _ in ordered})
        return cls(
            (
                *(Series(TOTAL, currency, ALL, ALL) for currency in totals),
                *(Series(COUNTRY, currency, country, ALL) for currency, country in countries),
                *(Series(SERIES, *leaf) for leaf in ordered),
            )
        )

    def __len__(self) -> int:
        return len(self.series)

    @cached_property
    def number(self) -> dict[Series, int]:
        """The column of each series."""
        return {series: number for number, series in enumerate(self.series)}

    @cached_property
    def leaves(self) -> int:
        """The column of the first leaf; those before it are sums."""
        return next(number for number, series in enumerate(self.series) if series.level == SERIES)

    @cached_property
    def sums(self) -> Floats:
        """1 where a sum (row) holds a leaf (column): float64 [sums, leaves]."""
        held = np.zeros((self.leaves, len(self) - self.leaves))
        for column, leaf in enumerate(self.series[self.leaves :]):
            held[self.number[Series(TOTAL, leaf.currency, ALL, ALL)], column] = 1
            held[self.number[Series(COUNTRY, leaf.currency, leaf.country, ALL)], column] = 1
        return held

    @cached_property
    def parents(self) -> Numbers:
        """The column of the level above each series; a total's is -1: int64 [series]."""
        above = []
        for series in self.series:
            if series.level == TOTAL:
                above.append(-1)
            elif series.level == COUNTRY:
                above.append(self.number[Series(TOTAL, series.currency, ALL, ALL)])
            else:
                above.append(self.number[Series(COUNTRY, series.currency, series.country, ALL)])
        return np.array(above, dtype=np.int64)

    @cached_property
    def level_numbers(self) -> Numbers:
        """The level of each series, as its place in `LEVELS`: int64 [series]."""
        return np.array([LEVELS.index(series.level) for series in self.series], dtype=np.int64)

    def columns(self, level: str) -> Numbers:
        """The columns of one level."""
        return np.array([number for number, series in enumerate(self.series) if series.level == level], dtype=np.int64)

    def with_sums(self, leaves: Floats) -> Floats:
        """Put the sums before the leaves, [days, leaves] to [days, series]; a sum is missing where all it holds is."""
        known = np.isfinite(leaves)
        sums = np.where(known, leaves, 0.0) @ self.sums.T
        return np.hstack([np.where(known @ self.sums.T > 0, sums, np.nan), leaves])

    def reconciled(self, forecasts: Floats, variances: Floats) -> Floats:
        """The forecasts nearest to `forecasts` that add up, in steps of 0.0001, none below zero.

        Each series moves by as much as its forecast is uncertain: MinT with a diagonal covariance (Wickramasuriya,
        Athanasopoulos and Hyndman 2019), solved for the sums, which are few.

        Args:
            forecasts: of each series by itself, [days, series].
            variances: of the errors of `forecasts`, [days, series]; zero keeps a leaf as it is.
        """
        leaves = np.stack([self._leaves_on(*day) for day in zip(forecasts, variances, strict=True)])
        steps = np.rint(np.maximum(leaves, 0.0) * _STEPS_PER_UNIT)
        return np.hstack([steps @ self.sums.T, steps]) / _STEPS_PER_UNIT

    def _leaves_on(self, forecast: Floats, variance: Floats) -> Floats:
        sums, leaves = forecast[: self.leaves], forecast[self.leaves :]
        spread = self.sums * variance[self.leaves :]
        # A country that is as uncertain as nothing (a closed day) keeps the system solvable by the last term.
        system = spread @ self.sums.T + np.diag(variance[: self.leaves] + 1e-9 * (1 + variance.max()))
        return np.asarray(leaves + spread.T @ np.linalg.solve(system, sums - self.sums @ leaves))
