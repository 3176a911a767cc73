"""Intervals hold as many days as asked for, on noise whose size differs from series to series."""

from __future__ import annotations

import numpy as np
import pytest

from lakehouse.forecasting.intervals import Intervals
from lakehouse.forecasting.tree import Floats

WINDOWS, HORIZON, SERIES = 4, 28, 200


def drawn(rng: np.random.Generator, windows: int) -> tuple[Floats, Floats]:
    """Forecasts and what came: noise in proportion to the series' level, from a twentieth to a half of it."""
    level = np.geomspace(1, 1000, SERIES)
    spread = np.tile([0.05, 0.1, 0.2, 0.5], SERIES // 4)
    forecast = np.broadcast_to(level, (windows, HORIZON, SERIES)).copy()
    return forecast, forecast * (1 + spread * rng.standard_t(5, forecast.shape))


@pytest.mark.parametrize("coverage", [0.8, 0.9])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_coverage_is_what_was_asked_for(coverage: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    forecast, actual = drawn(rng, WINDOWS)
    is_open, levels, floor = np.ones(forecast.shape, bool), np.zeros(SERIES, np.int64), np.full(SERIES, -1e9)
    intervals = Intervals.calibrated(forecast, actual, is_open, levels, floor, coverage)
    forecast, actual = drawn(rng, 20)
    low, high = intervals.around(forecast[0], is_open[0])
    held = (actual >= low) & (actual <= high)
    assert held.mean() == pytest.approx(coverage, abs=0.02)
    assert held.mean(axis=(0, 1)).min() > coverage - 0.15


def calibrated(floor: float) -> Intervals:
    forecast = np.full((2, 14, 1), 10.0)
    actual = forecast + np.where(np.arange(14) % 2, 8.0, -8.0)[None, :, None]
    return Intervals.calibrated(
        forecast, actual, np.ones((2, 14, 1), bool), np.zeros(1, np.int64), np.array([floor]), 0.9
    )


def test_interval_ends_at_nothing_where_nothing_less_was_ever_sold() -> None:
    low, high = calibrated(floor=0.0).around(np.array([[4.0]]), np.array([[True]]))
    assert low[0, 0] == 0.0
    assert high[0, 0] > 4.0


def test_interval_reaches_below_zero_as_far_as_returns_have() -> None:
    low, _ = calibrated(floor=-3.0).around(np.array([[4.0]]), np.array([[True]]))
    assert low[0, 0] == pytest.approx(4 - 5.6)


def test_day_off_has_no_interval() -> None:
    low, high = calibrated(floor=0.0).around(np.array([[0.0]]), np.array([[False]]))
    assert (low[0, 0], high[0, 0]) == (0.0, 0.0)
