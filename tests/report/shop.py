"""A report of a small shop that sells in two currencies, and means harm by its product names."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from lakehouse.ledger import Entry
from lakehouse.report.data import Report, Step
from lakehouse.report.lake import Accuracy, Example, Forecast, ForecastDay, Reason
from lakehouse.report.sales import Period, Product, Sales, Share

HARM = "<script>document.title='harmed'</script>"
FIRST = date(2024, 1, 1)


def period(day: date, gross: int, returns: int = 0, orders: int = 1) -> Period:
    return Period(day, Decimal(gross), Decimal(returns), Decimal(gross + returns), orders)


def sales_in(currency: str, gross: int) -> Sales:
    days = [period(FIRST + timedelta(n), gross + n, -n) for n in range(70)]
    months = [period(date(2024, month, 1), 31 * gross, -30) for month in (1, 2, 3)]
    shares = [Share(name, Decimal(gross), Decimal(-1), Decimal(gross - 1)) for name in (HARM, "Unknown", "</script>")]
    products = [Product(1, "P1", HARM, '"><img src=x onerror=alert(1)>', Decimal(gross), Decimal(3))]
    return Sales(currency, days, months, shares, shares, products)


def ledger() -> list[Entry]:
    hops = [
        ("landing", "landed", 100), ("silver", "fact", 90), ("silver", "quarantined", 3), ("silver", "duplicate", 7),
        ("fact_sales", "sale", 85), ("fact_sales", "return", 5), ("star", "net", 90),
    ]  # fmt: skip
    return [Entry("shop", "EUR", FIRST, hop, what, lines, 0, Decimal(lines)) for hop, what, lines in hops]


def shop_report() -> Report:
    to_come = [
        ForecastDay(FIRST + timedelta(70 + n), Decimal(100), Decimal(80), Decimal(120)) for n in range(28)
    ]  # fmt: skip
    return Report(
        source="shop",
        made_at=datetime(2024, 3, 11, 12, tzinfo=UTC),
        sales=[sales_in("EUR", 1000), sales_in("JPY", 150_000)],
        ledger=ledger(),
        forecasts={"EUR": Forecast(FIRST + timedelta(69), "theta", 2, to_come)},
        accuracies=[Accuracy("theta", "total", 4, 0.25, 0.7, 0.01, 0.9), Accuracy("naive", "total", 4, 0.4, 1, 0, 0.9)],
        reasons=[Reason("negative_price", "unit_price is below zero", 3)],
        examples=[Example("negative_price", "unit_price is below zero", "a/b.jsonl", 7, HARM)],
        steps=[Step("ingest_orders", "r1", datetime(2024, 3, 11, tzinfo=UTC), 2.5, 100)],
        set_aside=[("broken.csv.gz", HARM)],
    )


def values(spec: dict[str, Any], layer: int = 0) -> list[dict[str, Any]]:
    """The rows that one layer of a chart draws."""
    name = (spec["layer"][layer].get("data") or spec["data"])["name"]
    found: list[dict[str, Any]] = spec["datasets"][name]
    return found
