"""How much each member of a blend counts, learnt from backtests."""

from __future__ import annotations

from itertools import product

import numpy as np

from lakehouse.forecasting.tree import Floats, Numbers

_STEPS = 10
_ENOUGH_SERIES = 25
"""With so many series, a level's best weights and equal ones count alike."""


def blend_weights(forecasts: Floats, actual: Floats, levels: Numbers) -> Floats:
    """The weights with the least absolute error in the backtests of each level, drawn towards equal ones.

    Few series tell little: the fewer a level has, the nearer its weights are to the mean of all members, which is hard
    to beat (the "forecast combination puzzle": Smith and Wallis 2009).

    Args:
        forecasts: [members, windows, horizon, series].
        actual: [windows, horizon, series].
        levels: the level of each series, as a number: [series].

    Returns:
        Weights that sum to one for each series: float64 [members, series].
    """
    members = len(forecasts)
    weights = np.full((members, len(levels)), 1 / members)
    for level in np.unique(levels):
        columns = levels == level
        best = min(
            _mixtures(members), key=lambda mixture: _error(mixture, forecasts[..., columns], actual[..., columns])
        )
        told = columns.sum() / (columns.sum() + _ENOUGH_SERIES)
        weights[:, columns] = told * best[:, None] + (1 - told) / members
    return weights


def _mixtures(members: int) -> list[Floats]:
    """All weights in tenths that sum to one, the most equal first."""
    parts = (part for part in product(range(_STEPS + 1), repeat=members) if sum(part) == _STEPS)
    return [np.array(part) / _STEPS for part in sorted(parts, key=lambda part: sum(p * p for p in part))]


def _error(mixture: Floats, forecasts: Floats, actual: Floats) -> float:
    return float(np.abs(np.tensordot(mixture, forecasts, 1) - actual).sum())
