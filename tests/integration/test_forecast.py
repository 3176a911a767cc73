"""The forecast of a shop: in lake and warehouse, kept as it was made, and left out where too little is known."""

from __future__ import annotations

import logging
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from lakehouse.model import DAILY_SALES, FORECAST_ACCURACY, SALES_FORECAST
from lakehouse.warehouse.connect import connect, parse_target, rows

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.conftest import OpenShop, Shop

pytest.importorskip("mlflow", reason="a forecast needs the ml extra")
FIRST = date(2024, 1, 1)
WEEK = (100, 110, 120, 130, 160, 200, 90)


def sell(shop: Shop, days: range) -> None:
    """Put days of gold.daily_sales into the lake: two countries, two categories, a weekly pattern."""
    sold = [
        (FIRST + timedelta(days=day), country, category, "USD", amount, Decimal(0), amount, Decimal(1), 1, 1)
        for day in days
        for country, size in (("France", 3), ("Spain", 1))
        for category, share in (("Kitchen", 2), ("Office", 1))
        for amount in [Decimal(WEEK[day % 7] * size * share + (day * 7919 % 13))]
    ]
    shop.lake.create(DAILY_SALES)
    shop.lake.append(DAILY_SALES, shop.spark.createDataFrame(sold, DAILY_SALES.schema))


def asked(shop: Shop, query: str) -> list[tuple[Any, ...]]:
    connection = connect(parse_target(f"embedded:{shop.state.warehouse}"), read_only=True)
    try:
        return rows(connection, query)
    finally:
        connection.close()


@pytest.fixture(scope="module")
def forecast(open_shop: OpenShop, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    shop = open_shop(tmp_path_factory.mktemp("forecast"))
    sell(shop, range(120))
    shop.run("forecast_sales")
    return shop


def test_forecast_of_four_weeks_is_in_lake_and_warehouse_and_adds_up(forecast: Shop) -> None:
    first = f"cutoff = '{FIRST + timedelta(days=119)}'"
    made = forecast.rows(SALES_FORECAST, "level", "country", "order_date", "mean", "low", "high", where=first)
    series = 1 + 2 + 4
    assert len(made) == series * 28
    assert all(low <= mean <= high for *_, mean, low, high in made)
    assert {day for _, _, day, *_ in made} == {FIRST + timedelta(days=day) for day in range(120, 148)}
    totals = {level: sum(row[3] for row in made if row[0] == level) for level in ("total", "country", "series")}
    assert totals["total"] == totals["country"] == totals["series"]
    query = "select LEVEL, COUNTRY, ORDER_DATE, MEAN, LOW, HIGH from SOFTCART.MARTS.SALES_FORECAST where " + first
    assert sorted(asked(forecast, query), key=str) == made


def test_every_model_is_scored_on_every_level(forecast: Shop) -> None:
    scored = forecast.rows(FORECAST_ACCURACY, "model", "level")
    assert {model for model, _ in scored} >= {"seasonal_naive", "four_weekdays", "ensemble"}
    assert {level for _, level in scored} == {"total", "country", "series"}
    assert asked(forecast, "select count(*) from SOFTCART.MARTS.FORECAST_ACCURACY") == [(len(scored),)]


def test_what_was_forecast_is_kept_and_stands_beside_what_came(
    forecast: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    before = forecast.rows(SALES_FORECAST)
    sell(forecast, range(120, 127))
    forecast.run("forecast_sales")
    after = forecast.rows(SALES_FORECAST)
    assert [row for row in after if row[0] == before[0][0]] == before
    assert {row[0] for row in after} == {FIRST + timedelta(days=119), FIRST + timedelta(days=126)}
    sold = forecast.lake.read(DAILY_SALES).where("order_date >= '2024-04-30'").count()
    assert sold == 7 * 4


def test_day_that_was_forecast_from_is_not_forecast_from_again(forecast: Shop) -> None:
    before = forecast.versions(SALES_FORECAST, FORECAST_ACCURACY)
    assert forecast.run("forecast_sales") == {}
    assert forecast.versions(SALES_FORECAST, FORECAST_ACCURACY) == before


def test_shop_of_a_few_days_gets_no_forecast_and_is_told_why(
    open_shop: OpenShop, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    shop = open_shop(tmp_path)
    sell(shop, range(20))
    with caplog.at_level(logging.WARNING, logger="lakehouse"):
        assert shop.run("forecast_sales") == {}
    (told,) = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert told.fields["why"] == "no sales can be forecast: sales in USD span 20 day(s), a forecast needs 84"  # type: ignore[attr-defined]
    assert asked(shop, "select count(*) from SOFTCART.MARTS.SALES_FORECAST") == [(0,)]
    assert shop.rows(SALES_FORECAST) == []
