"""What was forecast stands beside what came, for every level, also where sales were summed up as Other."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from lakehouse.warehouse.connect import Connection, rows

FORECASTS = (
    ("total", "All", "All"),
    ("country", "France", "All"),
    ("country", "Other", "All"),
    ("series", "France", "Kitchen"),
    ("series", "France", "Other"),
    ("series", "Other", "Other"),
)
FORECAST = """
    insert into SOFTCART.MARTS.SALES_FORECAST
        (CUTOFF, LEVEL, CURRENCY, COUNTRY, CATEGORY, ORDER_DATE, MEAN, LOW, HIGH, MODEL, MODEL_VERSION, RUN_ID)
    values ('2024-05-01', %s, 'EUR', %s, %s, %s, 10, 5, 15, 'theta', 1, 'run')
"""
CAME = (("France", "Kitchen", 12), ("France", "Garden", 3), ("Malta", "Kitchen", 2))


@pytest.fixture
def compared(warehouse: Connection) -> Connection:
    """One cut-off with two days to come, each forecast as 10 between 5 and 15; the first of them has come."""
    cursor = warehouse.cursor()
    for level, country, category in FORECASTS:
        for day in ("2024-05-02", "2024-05-03"):
            cursor.execute(FORECAST, (level, country, category, day))
    for country, category, amount in CAME:
        cursor.execute(
            "insert into SOFTCART.MARTS.DAILY_SALES (ORDER_DATE, COUNTRY, CATEGORY, CURRENCY, NET_AMOUNT) "
            "values ('2024-05-02', %s, %s, 'EUR', %s)",
            (country, category, amount),
        )
    return warehouse


def beside(connection: Connection, day: str) -> dict[tuple[str, str, str], tuple[Any, ...]]:
    """ACTUAL, ERROR and IS_WITHIN of each series."""
    query = (
        "select LEVEL, COUNTRY, CATEGORY, ACTUAL, ERROR, IS_WITHIN from SOFTCART.MARTS.FORECAST_VS_ACTUAL "
        "where ORDER_DATE = %s"
    )
    return {
        (level, country, category): tuple(rest) for level, country, category, *rest in rows(connection, query, (day,))
    }


def test_what_came_is_found_on_every_level_and_in_other(compared: Connection) -> None:
    actual = {series: told[0] for series, told in beside(compared, "2024-05-02").items()}
    assert actual == {
        ("total", "All", "All"): 17,
        ("country", "France", "All"): 15,
        ("country", "Other", "All"): 2,
        ("series", "France", "Kitchen"): 12,
        ("series", "France", "Other"): 3,
        ("series", "Other", "Other"): 2,
    }


def test_error_and_interval_are_told(compared: Connection) -> None:
    found = beside(compared, "2024-05-02")
    assert found["total", "All", "All"][1:] == (Decimal(-7), False)
    assert found["series", "France", "Kitchen"][1:] == (Decimal(-2), True)


def test_day_of_which_nothing_is_known_has_no_actual(compared: Connection) -> None:
    assert set(beside(compared, "2024-05-03").values()) == {(None, None, None)}
