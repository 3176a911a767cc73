"""No feature of a row looks behind its origin."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from lakehouse.forecasting.features import Features
from lakehouse.forecasting.history import History, sales_history
from lakehouse.forecasting.lifts import Rows, same_date_before
from lakehouse.forecasting.rolling import rolling_mean
from lakehouse.forecasting.trading_days import trading_days
from lakehouse.forecasting.tree import Floats
from tests.forecasting.shops import daily_sales, noisy

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
