"""Figures of accuracy, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from lakehouse.forecasting.accuracy import accuracy, naive_error, wape

ACTUAL = np.array([[10.0, 0.0], [30.0, 0.0]])
MEAN = np.array([[13.0, 1.0], [29.0, -1.0]])


def test_figures_of_two_days_and_two_series() -> None:
    found = accuracy(ACTUAL, MEAN, low=MEAN - 2, high=MEAN + 2, scale=np.array([4.0, 0.5]))
    assert found.wape == pytest.approx(6 / 40)
    assert found.mase == pytest.approx((2 / 4 + 1 / 0.5) / 2)
    assert found.bias == pytest.approx(2 / 40)
    assert found.coverage == 3 / 4


def test_series_without_a_scale_is_left_out_of_mase() -> None:
    assert accuracy(ACTUAL, MEAN, MEAN, MEAN, scale=np.array([4.0, 0.0])).mase == pytest.approx(0.5)


def test_days_without_any_sales_have_no_wape() -> None:
    assert np.isnan(wape(np.zeros((2, 1)), np.ones((2, 1))))


def test_interval_of_nothing_holds_a_day_off() -> None:
    nothing = np.zeros((1, 1))
    assert accuracy(nothing, nothing, nothing, nothing, scale=np.ones(1)).coverage == 1.0


def test_naive_error_compares_with_the_week_before_and_skips_the_unknown() -> None:
    sales = np.array([[np.nan, 1.0]] * 7 + [[5.0, 4.0]] * 7 + [[7.0, 4.0]] * 7)
    assert naive_error(sales).tolist() == [2.0, 1.5]
