"""No feature of a row looks behind its origin."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from lakehouse.forecasting.features import Features
from lakehouse.forecasting.history import History, sales_history
from lakehouse.forecasting.lifts import GroupLift, Rows, same_date_before
from lakehouse.forecasting.rolling import rolling_mean
from lakehouse.forecasting.trading_days import trading_days
from lakehouse.forecasting.tree import Floats
from tests.forecasting.shops import daily_sales, noisy, weekly

DAYS, ORIGIN, HORIZON = 800, 771, 28


def history(after_origin: float) -> History:
    """Two series; what is sold after the origin is multiplied by `after_origin`."""
    shops = {("France", "Books"): noisy(DAYS, 1), ("Spain", "Toys"): noisy(DAYS, 2, level=7)}
    changed = {
        leaf: [*sold[: ORIGIN + 1], *(after_origin * s for s in sold[ORIGIN + 1 :])] for leaf, sold in shops.items()
    }
    return sales_history(daily_sales(changed))


def table(known: History) -> Floats:
    rows = Rows(*(np.asarray(part.ravel(), np.int64) for part in np.indices((1, HORIZON, len(known.tree)))))
    return Features(known, trading_days(known, HORIZON)).table(Rows(rows.origin + ORIGIN, rows.ahead + 1, rows.series))


def test_days_after_the_origin_change_no_feature() -> None:
    assert np.array_equal(table(history(1.0)), table(history(50.0)), equal_nan=True)


def test_features_before_the_cutoff_are_those_of_a_forecast_made_then() -> None:
    whole, then = history(1.0), history(1.0).until(date(2026, 2, 10))
    assert len(then.days) == ORIGIN + 1
    assert np.array_equal(table(whole), table(then), equal_nan=True)


def test_most_features_are_known() -> None:
    assert np.isfinite(table(history(1.0))).mean() > 0.9


def test_rolling_means_leave_out_the_unknown() -> None:
    values = pd.Series([1.0, np.nan, 3.0, 5.0, np.nan, np.nan, np.nan])
    expected = values.rolling(3, min_periods=1).mean()
    assert np.array_equal(rolling_mean(values.to_numpy()[:, None], 3)[:, 0], expected.to_numpy(), equal_nan=True)


def test_same_date_a_year_before_minds_leap_days() -> None:
    days = np.arange("2023-01-01", "2025-01-01", dtype="datetime64[D]")
    found = days[same_date_before(days, 1)[424:]]
    assert found[0] == np.datetime64("2023-03-01")  # 29 February has no like
    assert found[-1] == np.datetime64("2023-12-31")
    assert same_date_before(days, 1)[0] == -365


def row(origin: int, ahead: int) -> Rows:
    return Rows(*(np.array([number]) for number in (origin, ahead, 0)))


@pytest.mark.parametrize(
    ("last_year", "year_before", "expected"), [(2.0, 8.0, 4.0), (2.0, np.nan, 2.0), (np.nan, 8.0, 1.0)]
)
def test_same_date_is_of_both_years_or_the_last(last_year: float, year_before: float, expected: float) -> None:
    days = np.arange("2021-01-01", "2024-01-01", dtype="datetime64[D]")
    lift = np.ones((len(days), 1))
    lift[days == np.datetime64("2022-11-25")], lift[days == np.datetime64("2021-11-25")] = last_year, year_before
    origin = int(np.flatnonzero(days == np.datetime64("2023-11-20"))[0])
    assert GroupLift(np.zeros(1, np.int64), lift, days).same_date(row(origin, 5)).tolist() == [expected]


def test_weekday_and_its_date_come_as_one_feature() -> None:
    promoted_on, last = 340, 699
    sold = weekly(100)
    sold[promoted_on] *= 3
    known = sales_history(daily_sales({("France", "Books"): sold}))
    features = Features(known, trading_days(known, HORIZON))
    same_date = promoted_on + 365
    for day, sells, times in ((same_date, 60, 3), (same_date + 1, 70, 1)):
        share, product = features.table(row(last, day - last))[0, -5:-3]  # the last three say which series it is
        assert share == pytest.approx(sells / 40, rel=0.02)  # the mean day sells 40
        assert product == pytest.approx(times * share, rel=0.05)
