"""How good a forecast was: WAPE, MASE, bias and the coverage of its intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lakehouse.forecasting.tree import Floats

_WEEK = 7


@dataclass(frozen=True)
class Accuracy:
    """Figures of one forecast over some series and days.

    Attributes:
        wape: sum of absolute errors over the sum of absolute sales; NaN where nothing was sold.
        mase: absolute errors over those of the seasonal naive forecast within the history, mean over the series
            (Hyndman and Koehler 2006); NaN where no series has such an error.
        bias: sum of errors over the sum of absolute sales; above zero where too much was forecast.
        coverage: share of days and series whose sales lie within the interval.
    """

    wape: float
    mase: float
    bias: float
    coverage: float


def accuracy(actual: Floats, mean: Floats, low: Floats, high: Floats, scale: Floats) -> Accuracy:
    """Compare what came with a forecast.

    Args:
        actual, mean, low, high: [days, series].
        scale: what MASE divides by, [series]: see `naive_error`.
    """
    sold = float(np.abs(actual).sum())
    scaled = (np.abs(mean - actual).mean(axis=0) / np.where(scale > 0, scale, np.nan))[scale > 0]
    # Money is compared to the cent: an interval of nothing holds a day without sales.
    covered = (actual >= low - 0.005) & (actual <= high + 0.005)
    return Accuracy(
        wape=wape(actual, mean),
        mase=float(scaled.mean()) if len(scaled) else float("nan"),
        bias=float((mean - actual).sum()) / sold if sold else float("nan"),
        coverage=float(covered.mean()),
    )


def wape(actual: Floats, mean: Floats) -> float:
    """Sum of absolute errors over the sum of absolute sales; NaN where nothing was sold."""
    sold = float(np.abs(actual).sum())
    return float(np.abs(actual - mean).sum()) / sold if sold else float("nan")


def naive_error(sales: Floats) -> Floats:
    """Mean absolute difference to the same weekday a week before, NaN ignored: float64 [series]."""
    steps = np.abs(sales[_WEEK:] - sales[:-_WEEK])
    known = np.isfinite(steps)
    return np.asarray(np.where(known, steps, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1))
