"""The forecast as a whole: it adds up, holds what it should, and knows nothing of the days that it is scored on."""

from __future__ import annotations

import pickle
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from lakehouse.errors import UsageError
from lakehouse.forecasting.forecaster import Forecaster, Settings, scores_on_unseen_days
from lakehouse.forecasting.history import sales_history
from tests.forecasting.shops import daily_sales, noisy

pytest.importorskip("lightgbm", reason="the ml extra is not installed")

QUICK = Settings(models=("seasonal_naive", "theta", "ensemble"), windows=3)
ONE_BACKTEST = replace(QUICK, windows=1)
SHOP = {
    ("France", "Books"): noisy(230, 1),
    ("France", "Music"): noisy(230, 2, level=40),
    ("Spain", "Books"): noisy(230, 3, level=700),
}


@pytest.fixture(scope="module")
def fitted() -> Forecaster:
    return Forecaster(sales_history(daily_sales(SHOP)), QUICK)


@pytest.mark.parametrize("model", QUICK.models)
def test_levels_add_up_to_the_ten_thousandth(fitted: Forecaster, model: str) -> None:
    rows = fitted.rows(model)
    by_level = {level: part.groupby("date")["mean"].sum() for level, part in rows.groupby("level")}
    assert np.abs(by_level["total"] - by_level["country"]).max() < 5e-5
    assert np.abs(by_level["total"] - by_level["series"]).max() < 5e-5


def test_rows_are_one_a_series_and_day_after_the_cutoff(fitted: Forecaster) -> None:
    rows = fitted.rows()
    assert list(rows.columns) == [
        *("level", "currency", "country", "category", "date", "model", "mean", "low", "high", "cutoff"),
    ]
    assert len(rows) == 6 * 28 == len(rows.drop_duplicates(["level", "currency", "country", "category", "date"]))
    assert (rows["date"].min(), rows["date"].max()) == (pd.Timestamp("2024-08-18"), pd.Timestamp("2024-09-14"))
    assert (rows["cutoff"] == pd.Timestamp("2024-08-17")).all()


def test_interval_lies_around_the_mean(fitted: Forecaster) -> None:
    rows = fitted.rows()
    assert (rows["low"] <= rows["mean"]).all()
    assert (rows["mean"] <= rows["high"]).all()


def test_scores_are_one_a_model_level_and_cutoff(fitted: Forecaster) -> None:
    scores = fitted.scores()
    assert len(scores) == 3 * 3 * 3
    assert scores["cutoff"].max() == date(2024, 7, 20)
    assert scores[["wape", "mase", "bias", "coverage"]].notna().all(axis=None)


def test_ensemble_beats_the_seasonal_naive_forecast_on_noise(fitted: Forecaster) -> None:
    wape = fitted.scores().groupby("model")["wape"].mean()
    assert wape["ensemble"] < 0.85 * wape["seasonal_naive"]


def test_days_after_the_cutoff_change_no_forecast() -> None:
    cutoff = date(2024, 7, 20)
    wild = {leaf: amounts[:202] + [1e6, -1e6] * 14 for leaf, amounts in SHOP.items()}
    one, other = (Forecaster(sales_history(daily_sales(shop), cutoff), ONE_BACKTEST).rows() for shop in (SHOP, wild))
    pd.testing.assert_frame_equal(one, other)


def test_unseen_days_are_scored_with_what_was_known_before() -> None:
    cutoffs = [date(2024, 6, 22), date(2024, 7, 20)]
    scores = scores_on_unseen_days(daily_sales(SHOP), cutoffs, Settings(models=("theta",), windows=1))
    assert scores["cutoff"].unique().tolist() == cutoffs
    assert scores.groupby("model")["wape"].mean()["theta"] < 0.3


def test_a_forecaster_survives_pickling(fitted: Forecaster) -> None:
    again = pickle.loads(pickle.dumps(fitted))  # noqa: S301
    pd.testing.assert_frame_equal(again.rows(), fitted.rows())


def test_two_currencies_are_never_summed() -> None:
    pounds = daily_sales({("France", "Books"): noisy(230, 4)}).assign(currency="GBP")
    both = Forecaster(sales_history(pd.concat([daily_sales(SHOP), pounds])), ONE_BACKTEST).rows()
    means = both.groupby(["level", "currency"])["mean"].sum()
    assert means["total", "GBP"] == pytest.approx(means["series", "GBP"])
    assert means["total", "EUR"] == pytest.approx(means["series", "EUR"])
    assert means["total", "EUR"] > 7 * means["total", "GBP"]


@pytest.mark.parametrize("horizon", [1, 56])
def test_shortest_history_is_enough_for_every_horizon(horizon: int) -> None:
    settings = Settings(horizon=horizon, windows=4)
    rows = Forecaster(sales_history(daily_sales({("France", "Books"): noisy(84, 1)})), settings).rows()
    assert len(rows) == 3 * horizon
    assert np.isfinite(rows[["mean", "low", "high"]]).all(axis=None)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"horizon": 0}, "1 to 56 days"),
        ({"horizon": 10_000}, "not 10000"),
        ({"models": ("prophet",)}, "no such model: prophet"),
        ({"windows": 0}, "one backtest"),
        ({"coverage": 1.0}, "between 0 and 1"),
    ],
)
def test_settings_that_cannot_be_are_refused(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        Settings(**wrong)  # type: ignore[arg-type]


def test_a_model_that_was_not_fitted_is_named(fitted: Forecaster) -> None:
    with pytest.raises(UsageError, match="auto_ets was not fitted"):
        fitted.forecast("auto_ets")
