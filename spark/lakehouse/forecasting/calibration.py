"""What backtests teach about a model or a blend of models: weights, the variance of its errors, its intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lakehouse.forecasting.backtest import Backtest
from lakehouse.forecasting.blend import blend_weights
from lakehouse.forecasting.intervals import Intervals
from lakehouse.forecasting.tree import LEVELS, TOTAL, Flags, Floats, Tree

_LEAST_VARIANCE = 1e-9
_TOTAL_DOUBT = 0.1
"""Part of a total's variance that counts when forecasts are made to add up. Errors of a day's series go the same way,
which the total's own model sees better than the sum of theirs, and a diagonal covariance does not."""


@dataclass(frozen=True)
class Range:
    """Sales to expect and an interval that holds them with the coverage asked for; each float64 [horizon, series]."""

    mean: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True)
class Calibration:
    """From the forecasts of each member to one that adds up over the levels and has an interval.

    Attributes:
        members: the models that are blended; one stands for itself.
        tree: the levels of the series.
        weights: of each member by series: float64 [members, series].
        variance: mean squared error in the backtests, less for totals: float64 [series].
        intervals: how far sales lay from the blend.
    """

    members: Sequence[str]
    tree: Tree
    weights: Floats
    variance: Floats
    intervals: Intervals

    @classmethod
    def learnt(cls, past: Backtest, members: Sequence[str], tree: Tree, floor: Floats, coverage: float) -> Calibration:
        """Learn from backtests.

        Args:
            past: what the members forecast, and what came.
            members: names of models in `past`.
            tree: the levels of the series.
            floor: the least that sales have been, at most zero: [series].
            coverage: the share of days that an interval is to hold.
        """
        levels = tree.level_numbers
        forecasts = np.stack([past.forecasts[member] for member in members])
        weights = blend_weights(forecasts, past.actual, levels)
        blended = np.einsum("ms,mwhs->whs", weights, forecasts)
        doubt = np.where(levels == LEVELS.index(TOTAL), _TOTAL_DOUBT, 1.0)
        variance = doubt * ((blended - past.actual) ** 2).mean(axis=(0, 1)) + _LEAST_VARIANCE
        added_up = np.stack(
            [
                tree.reconciled(forecast, variance * is_open)
                for forecast, is_open in zip(blended, past.is_open, strict=True)
            ]
        )
        intervals = Intervals.calibrated(added_up, past.actual, past.is_open, levels, floor, coverage)
        return cls(members, tree, weights, variance, intervals)

    def applied(self, forecasts: Mapping[str, Floats], is_open: Flags) -> Range:
        """Blend forecasts of days to come, [horizon, series] by member, on which the series trade or not."""
        blended = np.einsum("ms,mhs->hs", self.weights, np.stack([forecasts[member] for member in self.members]))
        mean = self.tree.reconciled(blended, self.variance * is_open)
        low, high = self.intervals.around(mean, is_open)
        return Range(mean, low, high)
