"""The fact's keys and the sums by day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession

from lakehouse.model import DIM_CATEGORY, DIM_COUNTRY, DIM_DATE, FACT_SALES, ORDER_LINES
from lakehouse.model.table import Table
from lakehouse.transforms.daily_sales import daily_sales
from lakehouse.transforms.dimensions import CUSTOMERS, PRODUCTS, calendar
from lakehouse.transforms.fact_sales import fact_sales

# On Glue, and here where much has landed, queries are compiled.
pytestmark = pytest.mark.usefixtures("compiled")

UNKNOWN = -1


def rows_of(spark: SparkSession, table: Table, *rows: dict[str, Any]) -> DataFrame:
    """Rows of a table from texts; columns that are not named are NULL."""
    texts = ", ".join(f"{name} STRING" for name in table.column_names)
    given = [tuple(row.get(name) for name in table.column_names) for row in rows]
    return spark.createDataFrame(given, texts).selectExpr(
        *(f"CAST({column.name} AS {column.type}) AS {column.name}" for column in table.columns)
    )


def line(number: int, at: str, **others: str | None) -> dict[str, Any]:
    return {
        "line_id": f"L{number}",
        "order_id": f"O{number}",
        "product_id": "P1",
        "product_name": "Cup",
        "category": "Kitchen",
        "customer_id": "C1",
        "country": "France",
        "line_type": "sale",
        "quantity": "1",
        "unit_price": "2.5",
        "net_amount": "2.5",
        "currency": "EUR",
        "order_ts": at,
        "order_date": at[:10],
    } | others


def test_fact_points_at_the_versions_that_held_at_order_time(spark: SparkSession) -> None:
    lines = rows_of(
        spark,
        ORDER_LINES,
        line(1, "2024-05-01 10:00:00"),
        line(2, "2024-06-01 10:00:00", category="Gifts", country="Spain"),
    )
    product_versions, customer_versions = PRODUCTS.members(lines).persist(), CUSTOMERS.members(lines).persist()
    fact = fact_sales(lines, product_versions, customer_versions)
    named = (
        fact.join(product_versions.selectExpr("product_key", "category AS then_category"), "product_key")
        .join(customer_versions.selectExpr("customer_key", "country AS then_country"), "customer_key")
        .selectExpr(
            "line_id", "then_category", "then_country", "date_key",
            "category_key = xxhash64(then_category)", "country_key = xxhash64(then_country)",
        )
    )  # fmt: skip
    assert sorted(tuple(row) for row in named.collect()) == [
        ("L1", "Kitchen", "France", 20240501, True, True),
        ("L2", "Gifts", "Spain", 20240601, True, True),
    ]


def test_guest_without_country_and_category_gets_the_unknown_member_and_keeps_the_line(spark: SparkSession) -> None:
    lines = rows_of(spark, ORDER_LINES, line(1, "2024-05-01 10:00:00", customer_id=None, country=None, category=None))
    fact = fact_sales(lines, PRODUCTS.members(lines), CUSTOMERS.members(lines))
    found = fact.select("customer_key", "country_key", "category_key", "net_amount").collect()
    assert [tuple(row) for row in found] == [(UNKNOWN, UNKNOWN, UNKNOWN, Decimal("2.5000"))]


def test_category_follows_the_product_and_country_the_line(spark: SparkSession) -> None:
    lines = rows_of(
        spark,
        ORDER_LINES,
        line(1, "2024-05-01 10:00:00"),
        line(2, "2024-05-02 10:00:00", category=None, country=None),
    )
    fact = fact_sales(lines, PRODUCTS.members(lines), CUSTOMERS.members(lines)).where("line_id = 'L2'")
    found = fact.selectExpr("category_key = xxhash64('Kitchen')", "country_key").collect()
    assert [tuple(row) for row in found] == [(True, UNKNOWN)]


def sums(spark: SparkSession, *facts: dict[str, Any]) -> list[tuple[Any, ...]]:
    countries = rows_of(spark, DIM_COUNTRY, {"country_key": 1, "country": "France"}, {"country_key": UNKNOWN})
    categories = rows_of(spark, DIM_CATEGORY, {"category_key": 2, "category": "Gifts"}, {"category_key": UNKNOWN})
    found = daily_sales(rows_of(spark, FACT_SALES, *facts), countries, categories)
    return sorted(tuple(row) for row in found.collect())


def fact_row(number: int, order: str, amount: str, **others: Any) -> dict[str, Any]:
    sale = {"line_id": f"L{number}", "order_id": order, "line_type": "sale", "order_date": "2024-05-01"}
    return sale | {"currency": "EUR", "country_key": 1, "category_key": 2, "quantity": 1, "net_amount": amount} | others


def test_day_sums_sales_and_returns_apart_and_counts_an_order_once(spark: SparkSession) -> None:
    assert sums(
        spark,
        fact_row(1, "O1", "10.0001"),
        fact_row(2, "O1", "5"),
        fact_row(3, "R1", "-3", line_type="return", quantity="-0.5"),
        fact_row(4, "O2", "7", order_date="2024-05-02"),
    ) == [
        (date(2024, 5, 1), "France", "Gifts", "EUR",
         Decimal("15.0001"), Decimal("-3.0000"), Decimal("12.0001"), Decimal("1.500"), 3, 2),
        (date(2024, 5, 2), "France", "Gifts", "EUR",
         Decimal("7.0000"), Decimal("0.0000"), Decimal("7.0000"), Decimal("1.000"), 1, 1),
    ]  # fmt: skip


def test_currencies_are_never_summed_and_unknown_members_have_a_name(spark: SparkSession) -> None:
    found = sums(
        spark,
        fact_row(1, "O1", "10"),
        fact_row(2, "O1", "10", currency="GBP"),
        fact_row(3, "O2", "1", country_key=UNKNOWN, category_key=UNKNOWN),
    )
    assert [(row[1], row[2], row[3], row[6]) for row in found] == [
        ("France", "Gifts", "EUR", Decimal("10.0000")),
        ("France", "Gifts", "GBP", Decimal("10.0000")),
        ("Unknown", "Unknown", "EUR", Decimal("1.0000")),
    ]


def test_calendar_holds_whole_years_and_quarters_end_where_they_end(spark: SparkSession) -> None:
    lines = rows_of(spark, ORDER_LINES, line(1, "2023-12-31 10:00:00"), line(2, "2024-02-29 10:00:00"))
    days = {row["date"]: row for row in calendar(lines).select(*DIM_DATE.column_names).collect()}
    assert len(days) == 365 + 366
    assert [days[date(2024, month, day)]["quarter"] for month, day in ((3, 31), (4, 1), (12, 31))] == [1, 2, 4]
    leap_day = days[date(2024, 2, 29)]
    assert tuple(leap_day) == (
        20240229, date(2024, 2, 29), 2024, 1, 2, "February", 29, 9, 4, "Thursday", False,
    )  # fmt: skip
    early = [day for day, row in days.items() if row["is_weekend"] and (day.year, day.month) == (2024, 1)]
    assert [day.day for day in sorted(early)] == [6, 7, 13, 14, 20, 21, 27, 28]
