"""What a person asks a star schema gives Snowflake's answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest

from lakehouse.warehouse.embedded import Connection, ProgrammingError

Query = Callable[..., list[tuple[Any, ...]]]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("iff(1 > 2, 'a', 'b')", "b"),
        ("nvl(null, 'x')", "x"),
        ("nvl2(null, 'x', 'y')", "y"),
        ("zeroifnull(null::int)", 0),
        ("nullifzero(0)", None),
        ("coalesce(null, 3)", 3),
        ("greatest(1, null)", None),
        ("concat('a', null)", None),
        ("'a' || 'b'", "ab"),
        ("'Shop' ilike 's%'", True),
        ("'Shop' like 's%'", False),
        ("equal_null(null, null)", True),
        ("try_cast('x' as int)", None),
        ("try_to_number('1.5', 10, 2)", pytest.approx(1.5)),
        ("'42'::int", 42),
        ("'abcdef'::varchar(3)", "abc"),
        ("substr('abc', 2, 1)", "b"),
        ("contains('abc', 'b')", True),
        ("length(trim(' ab '))", 2),
        ("to_date('2011-03-31')", date(2011, 3, 31)),
        ("to_date('31/03/2011', 'DD/MM/YYYY')", date(2011, 3, 31)),
        ("to_timestamp('2011-03-31 08:05:00', 'YYYY-MM-DD HH24:MI:SS')", datetime(2011, 3, 31, 8, 5)),
        ("to_char('2011-03-31'::date, 'YYYY-MM')", "2011-03"),
        ("to_char('2011-03-31 08:05:00'::timestamp_ntz, 'DD.MM.YYYY HH24:MI')", "31.03.2011 08:05"),
        ("dateadd(month, 1, '2011-01-31'::date)", date(2011, 2, 28)),
        ("dateadd(hour, 1, '2011-01-31'::date)", datetime(2011, 1, 31, 1)),
        ("datediff(month, '2011-01-31'::date, '2011-02-01'::date)", 1),
        ("datediff(week, '2011-01-02'::date, '2011-01-03'::date)", 1),
        ("'2011-02-01'::date - '2011-01-31'::date", 1),
        ("date_trunc('month', '2011-03-31'::date)", date(2011, 3, 1)),
        ("date_trunc('quarter', '2011-05-31 10:00:00'::timestamp_ntz)", datetime(2011, 4, 1)),
        ("year('2011-03-31'::date)", 2011),
        ("dayofweek('2011-01-02'::date)", 0),
        ("dayofweekiso('2011-01-02'::date)", 7),
        ("last_day('2011-02-03'::date)", date(2011, 2, 28)),
        ("monthname('2011-02-03'::date)", "Feb"),
        ("dayname('2011-01-03'::date)", "Mon"),
        ("null::timestamp_ntz", None),
    ],
)
def test_function_means_what_it_means_in_snowflake(value: Callable[[str], Any], expression: str, expected: Any) -> None:
    assert value(expression) == expected


@pytest.fixture
def sales(connection: Connection) -> Connection:
    connection.execute_string(
        """
        create table COUNTRIES (COUNTRY_KEY number(19, 0), COUNTRY varchar(64));
        create table SALES (
            ORDER_ID varchar(8), COUNTRY_KEY number(19, 0), SOLD_AT timestamp_ntz, AMOUNT number(18, 4)
        );
        insert into COUNTRIES values (9223372036854775807, 'France'), (-1, 'Unknown');
        insert into SALES values
            ('o1', 9223372036854775807, '2011-01-05 10:00:00', 10), ('o1', 9223372036854775807, null, 5),
            ('o2', -1, '2011-02-05 11:00:00', 20), ('o3', 9223372036854775807, '2011-02-06 12:00:00', null)
        """
    )
    return connection


def test_keys_beyond_float_precision_join(sales: Connection, query: Query) -> None:
    rows = query(
        """
        select c.COUNTRY_KEY, c.COUNTRY, count(distinct s.ORDER_ID), count(s.AMOUNT)
          from SALES s join COUNTRIES c using (COUNTRY_KEY) group by 1, 2 order by 1 desc
        """
    )
    assert rows == [(9223372036854775807, "France", 2, 2), (-1, "Unknown", 1, 1)]


def test_qualify_keeps_the_last_row_of_each_order(sales: Connection, query: Query) -> None:
    rows = query(
        "select ORDER_ID, AMOUNT from SALES qualify row_number() over (partition by ORDER_ID order by AMOUNT) = 1"
        " order by ORDER_ID"
    )
    assert [(order, amount and int(amount)) for order, amount in rows] == [("o1", 5), ("o2", 20), ("o3", None)]


def test_nulls_are_the_largest_values(sales: Connection, query: Query) -> None:
    rising = query("select AMOUNT from SALES order by AMOUNT")
    falling = query("select AMOUNT from SALES order by AMOUNT desc")
    assert rising[-1] == falling[0] == (None,)


def test_null_timestamp_survives(sales: Connection, query: Query) -> None:
    assert query("select SOLD_AT from SALES where AMOUNT = 5") == [(None,)]


def test_set_operations_and_subqueries(sales: Connection, query: Query) -> None:
    assert query("select ORDER_ID from SALES union select 'o9' minus select 'o1' order by 1") == [
        ("o2",),
        ("o3",),
        ("o9",),
    ]
    rows = query(
        "select ORDER_ID from SALES s where AMOUNT = (select max(AMOUNT) from SALES) or exists (select 1 where 0 = 1)"
    )
    assert rows == [("o2",)]


def test_listagg_joins_in_order_and_gives_an_empty_text_for_nothing(sales: Connection, query: Query) -> None:
    assert query("select listagg(distinct ORDER_ID, ',') within group (order by ORDER_ID) from SALES") == [
        ("o1,o2,o3",)
    ]
    assert query("select listagg(ORDER_ID) from SALES where 1 = 0") == [("",)]


def test_counts(sales: Connection, query: Query) -> None:
    rows = query(
        "select count_if(AMOUNT > 5), approx_count_distinct(ORDER_ID), count(distinct ORDER_ID, COUNTRY_KEY) from SALES"
    )
    assert rows == [(2, 3, 3)]


def test_last_value_looks_at_the_whole_window(sales: Connection, query: Query) -> None:
    rows = query("select distinct last_value(ORDER_ID) over (order by ORDER_ID) from SALES")
    assert rows == [("o3",)]


def test_star_leaves_out_what_it_is_told_to(sales: Connection, query: Query) -> None:
    assert query("select * exclude (SOLD_AT, AMOUNT, COUNTRY_KEY) from SALES where ORDER_ID = 'o2'") == [("o2",)]


def test_an_alias_may_be_used_further_on(query: Query) -> None:
    assert query("select 2 as A, A * 3 as B, B + 1") == [(2, 6, 7)]


def test_identifiers_ignore_case_and_come_back_upper_case(sales: Connection) -> None:
    cursor = sales.cursor().execute(
        'select order_id, "ORDER_ID" as "Order", sum(amount) from Shop.sales.SALES group by 1, 2'
    )
    assert [column.name for column in cursor.description or []] == ["ORDER_ID", "Order", "SUM(AMOUNT)"]


def test_description_gives_type_precision_and_scale(sales: Connection) -> None:
    cursor = sales.cursor().execute("select AMOUNT, ORDER_ID, SOLD_AT, 1 = 1 as YES from SALES")
    described = [(c.type_code, c.precision, c.scale) for c in cursor.description or []]
    assert described == [(0, 18, 4), (2, None, None), (8, None, None), (13, None, None)]


@pytest.mark.parametrize(
    ("statement", "errno"),
    [
        ("select NOPE from SALES", 904),
        ("select * from NOPE", 2003),
        ("select * from", 1003),
        ("selec 1", None),
        ("select 1; select 2", 1003),
    ],
)
def test_wrong_statement_says_what_is_wrong(sales: Connection, statement: str, errno: int | None) -> None:
    with pytest.raises(Exception, match=r"NOPE|SQL|statement") as raised:
        sales.cursor().execute(statement)
    assert errno is None or (isinstance(raised.value, ProgrammingError) and raised.value.errno == errno)
