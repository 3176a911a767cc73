"""The challenger takes the champion's place only where it is better on days that neither has seen."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest

from lakehouse.forecasting.forecaster import Forecaster
from lakehouse.forecasting.promotion import Verdict, best_model, held_out, judge, with_baseline
from lakehouse.forecasting.registry import Version
from tests.forecasting.shops import FIRST
from tests.tracking.conftest import QUICK, sales

DAYS = 230
LAST = FIRST + timedelta(days=DAYS - 1)
DAILY = sales(DAYS)


@pytest.fixture(scope="module")
def unseen() -> Forecaster:
    found = held_out(DAILY, with_baseline(QUICK))
    assert found is not None
    return found


def champion(cutoff: date) -> Version:
    return Version(4, "four_weekdays", cutoff, "run")


def forecast(unseen: Forecaster, cutoff: date, times: float, last: date = LAST) -> pd.DataFrame:
    """The champion's forecast of the days from its cut-off to `last`: what came, times a factor."""
    came = DAILY.rename(columns={"order_date": "date", "net_amount": "mean"})
    all_of = {"country": "All", "category": "All"}
    series = came.assign(level="series")
    country = _sums(came.assign(category="All"), "country")
    total = _sums(came.assign(**all_of), "total")
    rows = pd.concat([series, country, total])
    within = (rows["date"] > pd.Timestamp(cutoff)) & (rows["date"] <= pd.Timestamp(last))
    return rows[within].assign(mean=lambda kept: kept["mean"] * times).reset_index(drop=True)


def _sums(rows: pd.DataFrame, level: str) -> pd.DataFrame:
    keys = ["currency", "country", "category", "date"]
    return rows.groupby(keys, as_index=False)["mean"].sum().assign(level=level)


def verdict(unseen: Forecaster, cutoff: date, times: float, last: date = LAST) -> Verdict:
    return judge(unseen, "theta", DAILY, champion(cutoff), forecast(unseen, cutoff, times, last))


def test_first_version_must_beat_the_seasonal_naive_forecast(unseen: Forecaster) -> None:
    assert judge(unseen, "theta", DAILY).promoted
    naive = judge(unseen, "seasonal_naive", DAILY)
    assert not naive.promoted
    assert "does not beat seasonal naive" in naive.why


def test_better_champion_stays(unseen: Forecaster) -> None:
    found = verdict(unseen, LAST - timedelta(days=20), times=1.01)
    assert not found.promoted
    assert found.days == 20
    assert found.wapes["champion"] == pytest.approx(0.01)
    assert "version 4 (four_weekdays)" in found.why


def test_worse_champion_goes(unseen: Forecaster) -> None:
    found = verdict(unseen, LAST - timedelta(days=20), times=1.5)
    assert found.promoted
    assert found.wapes["champion"] == pytest.approx(0.5)


def test_days_that_the_champion_has_seen_do_not_count(unseen: Forecaster) -> None:
    assert verdict(unseen, LAST - timedelta(days=7), times=1.5).promoted
    found = verdict(unseen, LAST - timedelta(days=6), times=1.5)
    assert not found.promoted
    assert found.why == "Version 4 stays champion: only 6 day(s) have come that it has not seen."


def test_days_that_the_challenger_has_seen_do_not_count(unseen: Forecaster) -> None:
    assert verdict(unseen, LAST - timedelta(days=100), times=1.5).days == 28


def test_champion_whose_forecast_has_run_out_is_replaced(unseen: Forecaster) -> None:
    found = verdict(unseen, LAST - timedelta(days=80), times=1.0, last=LAST - timedelta(days=22))
    assert found.promoted
    assert f"version 4 has run out ({LAST - timedelta(days=22)})" in found.why


def test_too_short_a_history_promotes_nothing() -> None:
    short = sales(100)
    assert held_out(short, QUICK) is None
    assert "too few days" in judge(None, "theta", short).why


def test_best_model_has_the_least_error_and_is_one_that_was_asked_for() -> None:
    scores = pd.DataFrame({"model": ["theta", "four_weekdays", "seasonal_naive"], "wape": [0.3, 0.2, 0.1]})
    assert best_model(scores, QUICK) == "four_weekdays"
