"""Series are laid out by day, and those with too little history are summed up."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from lakehouse.errors import ForecastError
from lakehouse.forecasting.history import sales_after, sales_history
from lakehouse.forecasting.tree import ALL, Series
from tests.forecasting.shops import daily_sales, weekly


def names(daily: pd.DataFrame) -> list[tuple[str, str]]:
    return [(series.country, series.category) for series in sales_history(daily).tree.series]


def test_levels_are_total_countries_and_series() -> None:
    daily = daily_sales(
        {("France", "Books"): weekly(12), ("France", "Music"): weekly(12), ("Spain", "Books"): weekly(12)}
    )
    assert names(daily) == [
        (ALL, ALL),
        ("France", ALL),
        ("Spain", ALL),
        ("France", "Books"),
        ("France", "Music"),
        ("Spain", "Books"),
    ]


def test_days_without_a_row_are_nothing_and_days_before_the_first_are_unknown() -> None:
    late = [0.0] * 14 + [5.0, 0.0] * 35
    history = sales_history(daily_sales({("France", "Books"): weekly(12), ("France", "Music"): late}))
    music = history.sales[:, history.tree.number[Series("series", "EUR", "France", "Music")]]
    assert np.isnan(music[:14]).all()
    assert music[14:18].tolist() == [5.0, 0.0, 5.0, 0.0]


def test_category_of_one_day_is_summed_up_in_its_country() -> None:
    once = [0.0] * 40 + [9.0]
    daily = daily_sales({("France", "Books"): weekly(12), ("France", "Music"): weekly(12), ("France", "Toys"): once})
    # One day is too little even for what is summed up in France.
    assert ("Other", "Other") in names(daily)
    assert ("France", "Toys") not in names(daily)


def test_short_categories_that_suffice_together_are_the_other_of_their_country() -> None:
    toys, games = [0.0, 3.0] * 6 + [0.0] * 72, [2.0, 0.0] * 7 + [0.0] * 70
    daily = daily_sales({("France", "Books"): weekly(12), ("France", "Toys"): toys, ("France", "Games"): games})
    history = sales_history(daily)
    other = history.sales[:, history.tree.number[Series("series", "EUR", "France", "Other")]]
    assert other[:4].tolist() == [2.0, 3.0, 2.0, 3.0]


def test_new_category_counts_in_the_levels_above_only() -> None:
    known = daily_sales({("France", "Books"): weekly(13)})
    history = sales_history(known, cutoff=date(2024, 3, 24))
    came = sales_after(history, pd.concat([known, daily_sales({("France", "Toys"): [1.0] * 91})]), horizon=2)
    assert came[0].tolist() == [11.0, 11.0, 10.0]


def test_a_currency_too_young_is_left_out_and_named() -> None:
    pounds = daily_sales({("Jersey", "Books"): [1.0] * 83}, first=date(2024, 1, 2)).assign(currency="GBP")
    history = sales_history(pd.concat([daily_sales({("France", "Books"): weekly(12)}), pounds]))
    assert {series.currency for series in history.tree.series} == {"EUR"}
    assert history.left_out == {"GBP": "sales in GBP span 83 day(s), a forecast needs 84"}


def test_all_series_too_short_says_how_many_days_are_missing() -> None:
    with pytest.raises(ForecastError, match=r"sales in EUR span 1 day\(s\), a forecast needs 84"):
        sales_history(daily_sales({("France", "Books"): [5.0]}))


def test_no_rows_at_all_say_so() -> None:
    with pytest.raises(ForecastError, match="there are none"):
        sales_history(daily_sales({}))


@pytest.mark.parametrize("amount", [np.nan, np.inf])
def test_amount_that_is_no_number_is_named(amount: float) -> None:
    daily = daily_sales({("France", "Books"): [*weekly(12), amount]})
    with pytest.raises(ForecastError, match="France, Books on 2024-03-25"):
        sales_history(daily)


def test_missing_column_is_named() -> None:
    with pytest.raises(ForecastError, match="currency"):
        sales_history(daily_sales({("France", "Books"): weekly(12)}).drop(columns="currency"))
