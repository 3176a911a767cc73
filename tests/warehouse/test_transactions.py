"""A transaction is all or nothing, and nobody else's business."""

from __future__ import annotations

import pytest

from lakehouse.warehouse.embedded import Connection, ProgrammingError


@pytest.fixture
def orders(connection: Connection) -> Connection:
    connection.cursor().execute("create table ORDERS (ID varchar(3), AMOUNT number(18, 4))")
    return connection


def ids(connection: Connection) -> list[str]:
    return [row[0] for row in connection.cursor().execute("select ID from ORDERS order by ID")]


def test_rollback_undoes_all_changes(orders: Connection) -> None:
    orders.cursor().execute("insert into ORDERS values ('a', 1)")
    orders.execute_string("begin; insert into ORDERS values ('b', 1); update ORDERS set ID = 'x'; delete from ORDERS")
    assert ids(orders) == []
    orders.rollback()
    assert ids(orders) == ["a"]


def test_sessions_do_not_see_or_undo_each_others_rows(orders: Connection, other: Connection) -> None:
    orders.cursor().execute("begin")
    assert ids(other) == []
    other.cursor().execute("insert into ORDERS values ('o', 1)")
    orders.cursor().execute("insert into ORDERS values ('a', 1)")
    assert ids(other) == ["o"]
    orders.rollback()
    assert ids(orders) == ids(other) == ["o"]


def test_failed_statement_is_never_committed_as_success(orders: Connection) -> None:
    orders.execute_string("begin; insert into ORDERS values ('a', 1)")
    with pytest.raises(ProgrammingError, match="too long"):
        orders.cursor().execute("insert into ORDERS values ('long', 1)")
    with pytest.raises(ProgrammingError, match="rolled back"):
        orders.cursor().execute("commit")
    assert ids(orders) == []
    orders.cursor().execute("insert into ORDERS values ('b', 1)")
    assert ids(orders) == ["b"]


def test_transaction_goes_on_after_a_statement_that_never_ran(orders: Connection) -> None:
    orders.execute_string("begin; insert into ORDERS values ('a', 1)")
    with pytest.raises(ProgrammingError, match="NOPE"):
        orders.cursor().execute("select NOPE from ORDERS")
    orders.commit()
    assert ids(orders) == ["a"]


def test_failed_statement_changes_nothing_by_itself(orders: Connection) -> None:
    with pytest.raises(ProgrammingError, match="Division by zero"):
        orders.cursor().execute("insert into ORDERS select 'a', 1 / V.C from (values (1), (0)) as V (C)")
    assert ids(orders) == []


def test_definition_commits_what_is_open(orders: Connection) -> None:
    orders.execute_string("begin; insert into ORDERS values ('a', 1); create table OTHER (A int)")
    orders.rollback()
    assert ids(orders) == ["a"]


def test_without_autocommit_a_change_waits_for_its_commit(orders: Connection, other: Connection) -> None:
    orders.autocommit(False)
    orders.cursor().execute("insert into ORDERS values ('a', 1)")
    assert ids(other) == []
    orders.commit()
    assert ids(other) == ["a"]


def test_closing_rolls_back(orders: Connection, other: Connection) -> None:
    other.execute_string("begin; insert into ORDERS values ('a', 1)")
    other.close()
    assert ids(orders) == []


def test_a_second_writer_waits_for_the_first(
    orders: Connection, other: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lakehouse.warehouse.embedded.session.LOCK_TIMEOUT_SECONDS", 0.05)
    orders.execute_string("begin; insert into ORDERS values ('a', 1)")
    with pytest.raises(ProgrammingError, match="writing"):
        other.cursor().execute("insert into ORDERS values ('b', 1)")
    orders.commit()
    other.cursor().execute("insert into ORDERS values ('b', 1)")
    assert ids(orders) == ["a", "b"]
