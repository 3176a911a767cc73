"""What readers see: currencies apart, orders counted once a day, returns on their own day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from lakehouse.warehouse.connect import Connection, rows

FACTS = """
    insert into SOFTCART.STAR.FACT_SALES
        (LINE_ID, SOURCE, ORDER_ID, LINE_TYPE, ORDER_DATE, CURRENCY, PRODUCT_KEY, CUSTOMER_KEY, COUNTRY_KEY, QUANTITY,
         UNIT_PRICE, NET_AMOUNT)
    values
        ('1', 'web', 'o1', 'sale', '2011-01-30', 'GBP', 11, 21, 31, 2, 5, 10),
        ('2', 'web', 'o1', 'sale', '2011-01-30', 'GBP', 12, 21, 31, 1, 30, 30),
        ('3', 'pos', 'o1', 'sale', '2011-01-31', 'GBP', 10, -1, -1, 1, 20, 20),
        ('4', 'web', 'r1', 'return', '2011-01-31', 'GBP', 11, 21, 31, -1, 5, -5),
        ('5', 'web', 'o2', 'sale', '2011-02-01', 'EUR', 12, 22, 31, 1, 7, 7);
    insert into SOFTCART.STAR.DIM_COUNTRY values (31, 'France');
    insert into SOFTCART.STAR.DIM_CUSTOMER (CUSTOMER_KEY, CUSTOMER_ID) values (21, 'c1'), (22, 'c2'), (-1, null);
    insert into SOFTCART.STAR.DIM_PRODUCT (PRODUCT_KEY, PRODUCT_ID, PRODUCT_NAME, CATEGORY, IS_CURRENT)
    values (10, 'p1', 'Mug', 'Old', false), (11, 'p1', 'Cup', 'Kitchen', true), (12, 'p2', 'Lamp', 'Light', true)
"""


@pytest.fixture
def marts(warehouse: Connection) -> Connection:
    warehouse.execute_string(FACTS)
    return warehouse


def test_sales_by_day(marts: Connection) -> None:
    columns = "ORDER_DATE, CURRENCY, GROSS_AMOUNT, RETURNS_AMOUNT, NET_AMOUNT, LINES, ORDERS"
    query = f"select {columns} from SOFTCART.MARTS.SALES_BY_DAY order by ORDER_DATE, CURRENCY"
    assert rows(marts, query) == [
        (date(2011, 1, 30), "GBP", Decimal(40), Decimal(0), Decimal(40), 2, 1),
        (date(2011, 1, 31), "GBP", Decimal(20), Decimal(-5), Decimal(15), 2, 2),
        (date(2011, 2, 1), "EUR", Decimal(7), Decimal(0), Decimal(7), 1, 1),
    ]


def test_sales_by_month_adds_days_up(marts: Connection) -> None:
    query = "select MONTH_START, CURRENCY, NET_AMOUNT, ORDERS, NET_AMOUNT_PER_ORDER from SOFTCART.MARTS.SALES_BY_MONTH"
    assert rows(marts, f"{query} order by MONTH_START") == [
        (date(2011, 1, 1), "GBP", Decimal(55), 3, Decimal("18.3333333333")),
        (date(2011, 2, 1), "EUR", Decimal(7), 1, Decimal(7)),
    ]


def test_sales_by_country_shares_add_up_within_a_currency(marts: Connection) -> None:
    query = "select COUNTRY, CURRENCY, NET_AMOUNT, CUSTOMERS, SHARE from SOFTCART.MARTS.SALES_BY_COUNTRY"
    assert rows(marts, f"{query} order by CURRENCY desc, COUNTRY") == [
        ("France", "GBP", Decimal(35), 1, Decimal("0.6363636364")),
        ("Unknown", "GBP", Decimal(20), 0, Decimal("0.3636363636")),
        ("France", "EUR", Decimal(7), 1, Decimal(1)),
    ]


def test_top_products_add_versions_up_under_the_name_in_force(marts: Connection) -> None:
    query = (
        "select CURRENCY, SALES_RANK, PRODUCT_ID, PRODUCT_NAME, CATEGORY, NET_AMOUNT from SOFTCART.MARTS.TOP_PRODUCTS"
    )
    assert rows(marts, f"{query} order by CURRENCY desc, SALES_RANK") == [
        ("GBP", 1, "p2", "Lamp", "Light", Decimal(30)),
        ("GBP", 2, "p1", "Cup", "Kitchen", Decimal(25)),
        ("EUR", 1, "p2", "Lamp", "Light", Decimal(7)),
    ]
