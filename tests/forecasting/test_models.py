"""What every model must do, and what each is for."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from datetime import date

import numpy as np
import pandas as pd
import pytest

from lakehouse.forecasting.forecaster import MODELS
from lakehouse.forecasting.history import sales_history
from lakehouse.forecasting.models import auto_ets
from lakehouse.forecasting.models.boosting import usual_rounds
from lakehouse.forecasting.models.interface import PointModel
from lakehouse.forecasting.trading_days import trading_days
from lakehouse.forecasting.tree import Floats
from tests.forecasting.shops import WEEK, daily_sales, noisy, weekly

pytest.importorskip("lightgbm", reason="the ml extra is not installed")


def forecast(model: PointModel, daily: pd.DataFrame, horizon: int, cutoff: date | None = None) -> Floats:
    history = sales_history(daily, cutoff)
    model.fit(history, trading_days(history, horizon))
    return model.predict(horizon)


every_model = pytest.mark.parametrize("factory", MODELS.values(), ids=MODELS.keys())


@every_model
def test_one_finite_amount_for_each_day_and_series(factory: Callable[[], PointModel]) -> None:
    ahead = forecast(factory(), daily_sales({("France", "Books"): noisy(120, 1), ("Spain", "Toys"): noisy(120, 2)}), 10)
    assert ahead.shape == (10, 5)
    assert np.isfinite(ahead).all()


@every_model
def test_regular_week_comes_again(factory: Callable[[], PointModel]) -> None:
    shops = {("France", "Books"): weekly(30), ("Spain", "Books"): weekly(30, times=2)}
    ahead = forecast(factory(), daily_sales(shops), 7)
    assert ahead[:, 3] == pytest.approx(WEEK, rel=0.15)


@every_model
def test_same_sales_give_the_same_forecast(factory: Callable[[], PointModel]) -> None:
    daily = daily_sales({("France", "Books"): noisy(150, 1), ("Spain", "Toys"): noisy(150, 2)})
    assert np.array_equal(forecast(factory(), daily, 28), forecast(factory(), daily.sample(frac=1, random_state=1), 28))


@every_model
def test_nothing_after_the_cutoff_is_used(factory: Callable[[], PointModel]) -> None:
    before, cutoff = noisy(150, 1), date(2024, 5, 29)  # the 150th day
    calm, wild = (daily_sales({("France", "Books"): before + after}) for after in ([1.0] * 28, [1e6, 0.0] * 14))
    assert np.array_equal(forecast(factory(), calm, 28, cutoff), forecast(factory(), wild, 28, cutoff))


@every_model
@pytest.mark.parametrize(
    "amounts",
    [
        pytest.param([0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 7.0] * 13, id="one_day_a_week"),
        pytest.param([5.0] * 40 + [0.0] * 44 + [5.0] * 28, id="long_gap"),
        pytest.param([10.0, -30.0, 5.0, -1.0] * 25, id="returns_above_sales"),
        pytest.param([3.0] * 90, id="always_the_same"),
        pytest.param([0.0] * 20 + [8.0, 3.0] * 32, id="just_begun"),
    ],
)
def test_hard_series_beside_an_easy_one_is_forecast(factory: Callable[[], PointModel], amounts: list[float]) -> None:
    ahead = forecast(factory(), daily_sales({("France", "Books"): weekly(17), ("Spain", "Toys"): amounts}), 28)
    assert np.isfinite(ahead).all()
    assert np.abs(ahead).max() < 500


@every_model
def test_model_survives_pickling(factory: Callable[[], PointModel]) -> None:
    model = factory()
    ahead = forecast(model, daily_sales({("France", "Books"): weekly(13)}), 7)
    assert np.array_equal(pickle.loads(pickle.dumps(model)).predict(7), ahead)  # noqa: S301


def test_seasonal_naive_is_the_last_week() -> None:
    ahead = forecast(
        MODELS["seasonal_naive"](), daily_sales({("France", "Books"): [*weekly(11), 1, 2, 3, 4, 5, 6, 7]}), 9
    )
    assert ahead[:, 0].tolist() == [1, 2, 3, 4, 5, 6, 7, 1, 2]


def test_four_weekdays_is_the_mean_of_four_weeks() -> None:
    last = [1.0] * 7 + [2.0] * 7 + [3.0] * 7 + [6.0] * 7
    ahead = forecast(MODELS["four_weekdays"](), daily_sales({("France", "Books"): [*weekly(10), *last]}), 3)
    assert ahead[:, 0].tolist() == [3.0, 3.0, 3.0]


@pytest.mark.parametrize(("examples", "rounds"), [(9_000, 50), (80_000, 80), (190_000, 150)])
def test_trees_grow_in_number_with_the_examples(examples: int, rounds: int) -> None:
    assert usual_rounds(examples) == rounds


def test_country_and_total_of_one_series_are_fitted_by_ets_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    fitted: list[int] = []

    def counted(recent: tuple[float, ...], season: int, steps: int) -> Floats:
        fitted.append(len(recent))
        return np.full(steps, 5.0)

    monkeypatch.setattr(auto_ets, "_forecast", counted)
    ahead = forecast(auto_ets.AutoETS(), daily_sales({("France", "Books"): noisy(90, 1)}), 2)
    assert fitted == [90]
    assert ahead.tolist() == [[5.0] * 3] * 2
