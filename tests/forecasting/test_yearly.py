"""What the years before tell of a date: the season of a category, and promotions that come again."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from lakehouse.forecasting.history import sales_history
from lakehouse.forecasting.models.theta import Theta
from lakehouse.forecasting.trading_days import trading_days
from lakehouse.forecasting.tree import Floats
from lakehouse.forecasting.yearly import yearly_index
from tests.forecasting.shops import FIRST, daily_sales

pytest.importorskip("lightgbm", reason="the ml extra is not installed")

DAYS = [FIRST + timedelta(days=day) for day in range(3 * 365)]
KNOWN = 3 * 365 - 28
AHEAD = DAYS[KNOWN:]


def index_of(*sales: Floats, known: int = KNOWN) -> Floats:
    """The index of the 28 days after those known of the first series: [28]."""
    countries = ("France", "Spain", "Italy")
    history = sales_history(daily_sales({(countries[n], "Books"): list(one[:known]) for n, one in enumerate(sales)}))
    index = yearly_index(history, trading_days(history, 28))
    return np.asarray(index[known:, history.tree.leaves])


def flat() -> Floats:
    return np.full(len(DAYS), 100.0)


def promoted(*begins: date, times: float = 2.0) -> Floats:
    """Flat but for three days from each date on."""
    sales = flat()
    for begin in begins:
        at = (begin - FIRST).days
        sales[at : at + 3] *= times
    return sales


def test_season_comes_again() -> None:
    season = 1 + 0.4 * np.cos(2 * np.pi * np.arange(len(DAYS)) / 365.25)
    assert index_of(100 * season) == pytest.approx(season[KNOWN:], rel=0.05)


def test_promotion_on_the_same_date_comes_again() -> None:
    index = index_of(promoted(date(2024, 12, 10), date(2025, 12, 10)))
    lifted = [day for day, times in zip(AHEAD, index, strict=True) if times > 1.8]
    assert lifted == [date(2026, 12, 10), date(2026, 12, 11), date(2026, 12, 12)]
    assert np.delete(index, [day.day - AHEAD[0].day for day in lifted]) == pytest.approx(1.0, abs=0.05)


def test_promotion_of_one_year_does_not_come_again() -> None:
    assert index_of(promoted(date(2025, 12, 10))) == pytest.approx(1.0, abs=0.05)


def test_one_country_learns_from_the_others() -> None:
    noise = np.random.default_rng(1).normal(1, 0.02, (2, len(DAYS)))
    small = promoted() / 1000
    index = index_of(small, *(noise * promoted(date(2024, 12, 10), date(2025, 12, 10))))
    assert index.max() == pytest.approx(2.0, rel=0.1)


def test_less_than_two_years_tell_nothing() -> None:
    assert (index_of(promoted(date(2024, 12, 10)), known=2 * 365 - 1) == 1).all()


def test_new_category_has_no_year_yet() -> None:
    sales = {("France", "Books"): list(promoted(date(2024, 12, 10), date(2025, 12, 10))[:KNOWN])}
    sales["France", "Toys"] = [0.0] * (KNOWN - 200) + [50.0] * 200
    history = sales_history(daily_sales(sales))
    toys = [number for number, series in enumerate(history.tree.series) if series.category == "Toys"]
    assert (yearly_index(history, trading_days(history, 28))[:, toys] == 1).all()


def test_theta_expects_the_promotion() -> None:
    history = sales_history(
        daily_sales({("France", "Books"): list(promoted(date(2024, 12, 10), date(2025, 12, 10))[:KNOWN])})
    )
    model = Theta()
    model.fit(history, trading_days(history, 28))
    ahead = model.predict(28)[:, history.tree.leaves]
    assert ahead[AHEAD.index(date(2026, 12, 11))] == pytest.approx(200, rel=0.1)
    assert ahead[0] == pytest.approx(100, rel=0.1)
