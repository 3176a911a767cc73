"""Numbers come out as Snowflake computes them: exact, and with its scale."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lakehouse.warehouse.embedded import Connection, DataError, NotSupportedError, ProgrammingError

Query = Callable[..., list[tuple[Any, ...]]]
Value = Callable[[str], Any]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("1 / 3", "0.333333"),
        ("2 / 3", "0.666667"),
        ("-2 / 3", "-0.666667"),
        ("1.5000 / 2", "0.7500000000"),
        ("1.12345678 / 2", "0.561728390000"),
        ("1.1234567890123 / 1", "1.1234567890123"),
        ("1 / 8 / 3", "0.041666666667"),
        ("2.5 * 1.5", "3.75"),
        ("0.1234567 * 0.1234567", "0.015241556775"),
        ("7.5 % 2", "1.5"),
        ("div0(1, 0)", "0.000000"),
        ("to_number('5.5', 10, 1) / 3", "1.8333333"),
        ("'5.5'::number(10, 1) / 3", "1.8333333"),
        ("try_cast('5.5' as number(10, 1)) / 3", "1.8333333"),
        ("round(5.55, 1) / 3", "1.8666667"),
        ("floor(5.5) / 3", "1.666667"),
        ("coalesce(null, 5, 5.5) / 3", "1.6666667"),
        ("case when 1 = 2 then 1 / 0 else 5.5 end / 3", "1.833333333333"),
        ("(select max(V.A) from (values (1.25), (5.5)) as V (A)) / 3", "1.83333333"),
        ("round(2.345, 2)", "2.35"),
        ("round(-2.5)", "-3"),
        ("'2.5'::number", "3"),
        ("'1.26'::number(10, 1)", "1.3"),
        ("12345678901234567890::number(38, 0) + 1", "12345678901234567891"),
    ],
)
def test_number_keeps_snowflakes_scale(value: Value, expression: str, expected: str) -> None:
    assert str(value(expression)) == expected


@pytest.mark.parametrize("expression", ["1 / 0", "1.5 / 0", "1e0 / 0", "5 % 0", "1 / (select 0)"])
def test_division_by_zero_raises(value: Value, expression: str) -> None:
    with pytest.raises(ProgrammingError, match="Division by zero") as raised:
        value(expression)
    assert raised.value.errno == 100051


def test_division_by_null_is_null(query: Query) -> None:
    assert query("select 1 / null::int, null::int / 2") == [(None, None)]


def test_float_stays_float(query: Query) -> None:
    assert query("select 1e0 / 4, sqrt(4) / 2") == [(0.25, 1.0)]


def test_division_of_texts_is_refused_rather_than_guessed(query: Query) -> None:
    with pytest.raises(NotSupportedError, match="division"):
        query("select '1' / 2")


@pytest.fixture
def amounts(connection: Connection) -> Connection:
    connection.execute_string(
        """
        create table AMOUNTS (SHOP varchar(8), AMOUNT number(18, 4), UNITS number(19, 0));
        insert into AMOUNTS values ('a', 0.1000, 9007199254740993), ('a', 0.2000, 2), ('b', 0.3000, null)
        """
    )
    return connection


def test_sum_of_numbers_is_exact(amounts: Connection, query: Query) -> None:
    # In floating point this is 0.6000000000000001, and 9007199254740996.
    assert query("select sum(AMOUNT), sum(UNITS) from AMOUNTS") == [(Decimal("0.6000"), 9007199254740995)]


def test_average_is_exact_and_leaves_nulls_out(amounts: Connection, query: Query) -> None:
    [(amount, units, none)] = query(
        "select avg(AMOUNT), avg(UNITS), avg(case when AMOUNT > 1 then AMOUNT end) from AMOUNTS"
    )
    assert str(amount) == "0.2000000000"
    assert str(units) == "4503599627370497.500000"
    assert none is None


def test_average_over_a_window(amounts: Connection, query: Query) -> None:
    rows = query("select SHOP, avg(AMOUNT) over (partition by SHOP) from AMOUNTS order by SHOP")
    assert [(shop, str(mean)) for shop, mean in rows] == [
        ("a", "0.1500000000"),
        ("a", "0.1500000000"),
        ("b", "0.3000000000"),
    ]


def test_median_gains_three_digits(amounts: Connection, query: Query) -> None:
    assert str(query("select median(AMOUNT) from AMOUNTS")[0][0]) == "0.2000000"
    assert query("select median(UNITS) from AMOUNTS") == [(Decimal("4503599627370497.500"),)]


def test_ratio_to_report(amounts: Connection, query: Query) -> None:
    rows = query("select ratio_to_report(AMOUNT) over (partition by SHOP) from AMOUNTS order by AMOUNT")
    assert [str(share) for (share,) in rows] == ["0.3333333333", "0.6666666667", "1.0000000000"]


def test_scale_passes_through_common_table_expressions(amounts: Connection, query: Query) -> None:
    rows = query(
        """
        with TOTALS as (select SHOP, sum(AMOUNT) as TOTAL, count(*) as N from AMOUNTS group by SHOP)
        select SHOP, TOTAL / N as MEAN, MEAN / 2 from TOTALS order by SHOP
        """
    )
    assert [(shop, str(mean), str(half)) for shop, mean, half in rows] == [
        ("a", "0.1500000000", "0.075000000000"),
        ("b", "0.3000000000", "0.150000000000"),
    ]


def test_share_of_a_group_in_the_total(amounts: Connection, query: Query) -> None:
    rows = query("select SHOP, sum(AMOUNT) / sum(sum(AMOUNT)) over () from AMOUNTS group by SHOP order by SHOP")
    assert rows == [("a", Decimal("0.5000000000")), ("b", Decimal("0.5000000000"))]


def test_value_beyond_its_number_is_refused(amounts: Connection) -> None:
    with pytest.raises(DataError):
        amounts.cursor().execute("insert into AMOUNTS (AMOUNT) values (123456789012345.0)")


@pytest.mark.parametrize(
    "source",
    [
        "select 1 as A union all select 1.25",
        "select 1.25 as A union all select 1 union all select null",
    ],
)
def test_rows_of_different_scales_keep_their_digits(query: Query, source: str) -> None:
    rows = query(f"select U.A / 2 from ({source}) as U where U.A is not null order by 1")
    assert [half for (half,) in rows] == [Decimal("0.5"), Decimal("0.625")]


def test_scale_that_cannot_be_told_is_an_error_and_no_wrong_digit(query: Query) -> None:
    # Of VALUES, sqlglot knows the type of the first row only.
    with pytest.raises(DataError, match="misjudged"):
        query("select V.A / 2 from (values (1), (1.25)) as V (A)")


numbers = st.decimals(min_value=-(10**9), max_value=10**9, places=4)


@settings(max_examples=60, deadline=None)
@given(numerator=numbers, denominator=numbers.filter(bool))
def test_division_is_pythons_decimal_division_rounded_half_up(
    value: Value, numerator: Decimal, denominator: Decimal
) -> None:
    quotient = value(f"{numerator:f}::number(18, 4) / {denominator:f}::number(18, 4)")
    with localcontext(prec=60):
        exact = (numerator / denominator).quantize(Decimal("1e-10"), ROUND_HALF_UP)
    assert quotient == exact
