"""Rolling statistics over days, for all series at once; what is missing (NaN) is left out, not counted as nothing."""

from __future__ import annotations

import numpy as np

from lakehouse.forecasting.tree import Flags, Floats, Numbers


def rolling_mean(values: Floats, terms: int, step: int = 1, least: int = 1) -> Floats:
    """The mean of each day and the `terms` - 1 before it, `step` days apart; NaN where fewer than `least` are known."""
    known = np.isfinite(values)
    sums = _rolling_sum(np.where(known, values, 0.0), terms, step)
    counts = _rolling_sum(known.astype(np.float64), terms, step)
    return np.where(counts >= least, sums / np.maximum(counts, 1), np.nan)


def _rolling_sum(values: Floats, terms: int, step: int) -> Floats:
    sums = values.copy()
    for first in range(step):
        sums[first::step] = np.cumsum(values[first::step], axis=0)
    if terms * step < len(values):
        sums[terms * step :] -= sums[: -terms * step].copy()
    return sums


def later(values: Floats, days: int) -> Floats:
    """The same values some days later; missing on the first days."""
    moved = np.full_like(values, np.nan)
    moved[days:] = values[:-days]
    return moved


def centred_mean(values: Floats, half: int) -> Floats:
    """The mean of each day and `half` days on both sides; missing at the ends."""
    return np.vstack([rolling_mean(values, 2 * half + 1)[half:], np.full((half, values.shape[1]), np.nan)])


def group_ratio(over: Floats, under: Floats, groups: Numbers) -> Floats:
    """The sum of each group of columns over that of another amount, where both are known: float64 [days, groups]."""
    member = np.equal.outer(groups, np.arange(groups.max() + 1)).astype(np.float64)
    known = np.isfinite(over) & np.isfinite(under)
    sums, bases = np.where(known, over, 0.0) @ member, np.where(known, under, 0.0) @ member
    return np.where(bases > 0, sums / np.where(bases > 0, bases, 1.0), np.nan)


def days_since(flags: Flags, most: int) -> Floats:
    """Days since the last day flagged before each, at most `most`: float64 as `flags`."""
    since = np.full(flags.shape, float(most))
    for day in range(1, len(flags)):
        since[day] = np.where(flags[day - 1], 1.0, np.minimum(since[day - 1] + 1, most))
    return since
