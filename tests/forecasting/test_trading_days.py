"""Days off are learnt from sales and the calendar, and not taken for days on which nothing happened to be sold."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from lakehouse.forecasting.history import sales_history
from lakehouse.forecasting.public_holidays import country_code, national_calendar
from lakehouse.forecasting.trading_days import trading_days
from tests.forecasting.shops import daily_sales

pytest.importorskip("holidays", reason="the ml extra is not installed")

FIRST = date(2022, 1, 3)


def closed_ahead(
    country: str, last: date, closed: frozenset[date], rest: int | None = None, horizon: int = 28
) -> set[date]:
    """The days off that are expected after `last` in a shop that was closed on some days and one weekday."""
    days = [FIRST + timedelta(days=day) for day in range((last - FIRST).days + 1)]
    sold = [0.0 if day in closed or day.weekday() == rest else 100.0 + day.day for day in days]
    history = sales_history(daily_sales({(country, "Books"): sold}, first=FIRST), cutoff=last)
    expected = trading_days(history, horizon)
    return set(expected.days[~expected.is_open[:, 0]].tolist()) & {last + timedelta(days=n + 1) for n in range(horizon)}


def test_weekly_rest_goes_on() -> None:
    sundays = {date(2022, 6, 5), date(2022, 6, 12), date(2022, 6, 19), date(2022, 6, 26)}
    assert closed_ahead("France", date(2022, 6, 1), frozenset(), rest=6) == sundays


def test_shop_open_every_day_has_no_days_off() -> None:
    assert closed_ahead("France", date(2023, 12, 10), frozenset()) == set()


def test_holidays_that_were_closed_are_off_and_moving_ones_move() -> None:
    closed = frozenset(national_calendar("Germany", FIRST, date(2023, 3, 31)))
    # Good Friday and Easter Monday were 15 and 18 April in 2022.
    assert closed_ahead("Germany", date(2023, 3, 31), closed) == {date(2023, 4, 7), date(2023, 4, 10)}


def test_long_closing_at_christmas_comes_again() -> None:
    christmas = frozenset(date(2022, 12, 24) + timedelta(days=day) for day in range(10))
    found = closed_ahead("France", date(2023, 12, 10), christmas)
    assert {date(2023, 12, day) for day in range(24, 32)} <= found


def test_quiet_series_is_not_taken_for_closed() -> None:
    rng = np.random.default_rng(1)
    sold = [float(amount) for amount in np.where(rng.random(200) < 0.3, 10.0, 0.0)]
    history = sales_history(daily_sales({("France", "Books"): sold}))
    assert trading_days(history, 28).is_open[-28:].all()


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("United Kingdom", "GB"),
        ("EIRE", "IE"),
        ("DE", "DE"),
        ("RSA", "ZA"),
        ("Channel Islands", None),
        ("Unknown", None),
    ],
)
def test_countries_are_found_as_shops_name_them(name: str, code: str | None) -> None:
    assert country_code(name) == code
