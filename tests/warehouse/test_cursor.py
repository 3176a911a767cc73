"""Cursors behave as those of snowflake.connector."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from lakehouse.warehouse import embedded
from lakehouse.warehouse.embedded import Connection, InterfaceError, ProgrammingError


@pytest.fixture
def numbers(connection: Connection) -> Connection:
    connection.execute_string("create table N (A int); insert into N values (1), (2), (3)")
    return connection


def test_fetching_goes_on_where_it_stopped(numbers: Connection) -> None:
    cursor = numbers.cursor().execute("select A from N order by A")
    assert cursor.fetchone() == (1,)
    assert cursor.fetchmany(1) == [(2,)]
    assert list(cursor) == [(3,)]
    assert cursor.fetchone() is None
    assert cursor.fetchall() == []


def test_cursors_of_one_connection_keep_their_own_results(numbers: Connection) -> None:
    first = numbers.cursor().execute("select A from N order by A")
    numbers.cursor().execute("select 'other'").fetchall()
    assert first.fetchall() == [(1,), (2,), (3,)]


def test_rowcount_counts_rows_given_or_changed(numbers: Connection) -> None:
    assert numbers.cursor().execute("select A from N").rowcount == 3
    assert numbers.cursor().execute("update N set A = A + 1 where A > 1").rowcount == 2
    assert numbers.cursor().execute("delete from N").rowcount == 3
    assert numbers.cursor().executemany("insert into N values (%s)", [(1,), (2,)]).rowcount == 2


def test_dict_cursor_gives_dictionaries(numbers: Connection) -> None:
    assert numbers.cursor(embedded.DictCursor).execute("select max(A) as TOP from N").fetchone() == {"TOP": 3}


def test_each_statement_has_its_query_id(numbers: Connection) -> None:
    cursor = numbers.cursor()
    ids = {cursor.execute("select 1").sfqid, cursor.execute("select 1").sfqid}
    assert len(ids) == 2
    assert None not in ids


def test_parameters_come_back_as_they_were(connection: Connection) -> None:
    values = ('it\'s 100% \\ "fine"', None, True, 9007199254740993, Decimal("0.10"), date(2011, 1, 5))
    row = connection.cursor().execute("select %s, %s, %s, %s, %s, %s::date", values).fetchone()
    assert row == values
    named = connection.cursor().execute("select %(at)s::timestamp_ntz", {"at": datetime(2011, 1, 5, 10)})
    assert named.fetchone() == (datetime(2011, 1, 5, 10),)


def test_list_parameter_fills_an_in_clause(numbers: Connection) -> None:
    assert numbers.cursor().execute("select count(*) from N where A in %s", ([1, 3],)).fetchone() == (2,)


def test_parameters_that_do_not_fit_are_refused(connection: Connection) -> None:
    with pytest.raises(ProgrammingError, match="parameters"):
        connection.cursor().execute("select %s, %s", (1,))
    with pytest.raises(ProgrammingError, match="object"):
        connection.cursor().execute("select %s", (object(),))


def test_percent_sign_stands_for_itself_without_parameters(connection: Connection) -> None:
    assert connection.cursor().execute("select 'ab' like 'a%'").fetchone() == (True,)


def test_script_gives_a_cursor_for_each_statement(connection: Connection) -> None:
    script = "select ';' as A; -- a comment; with a semicolon\nselect 2; /* ; */"
    assert [cursor.fetchall() for cursor in connection.execute_string(script)] == [[(";",)], [(2,)]]


def test_context_managers_close(connection: Connection) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select 1")
    with pytest.raises(InterfaceError):
        cursor.execute("select 1")
    with connection:
        pass
    assert connection.is_closed()
