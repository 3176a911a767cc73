"""A stream gives each inserted row to one committed statement."""

from __future__ import annotations

import pytest

from lakehouse.warehouse.embedded import Connection, NotSupportedError, ProgrammingError


@pytest.fixture
def changes(connection: Connection) -> Connection:
    connection.execute_string(
        """
        create table CHANGES (ID varchar(3));
        create table TARGET (ID varchar(2));
        insert into CHANGES values ('old');
        create stream CHANGES_STREAM on table CHANGES append_only = true
        """
    )
    return connection


CONSUME = "insert into TARGET select ID from CHANGES_STREAM"


def add(connection: Connection, *ids: str) -> None:
    for each in ids:
        connection.cursor().execute("insert into CHANGES values (%s)", (each,))


def waiting(connection: Connection) -> list[str]:
    return [row[0] for row in connection.cursor().execute("select ID from CHANGES_STREAM order by ID")]


def has_data(connection: Connection) -> bool:
    [found] = connection.cursor().execute("select system$stream_has_data('SHOP.SALES.CHANGES_STREAM')").fetchone()
    return bool(found)


def target(connection: Connection) -> list[str]:
    return [row[0] for row in connection.cursor().execute("select ID from TARGET order by ID")]


def test_stream_shows_rows_inserted_since_it_was_made(changes: Connection) -> None:
    assert not has_data(changes)
    add(changes, "a", "b")
    assert has_data(changes)
    assert changes.cursor().execute("select * from CHANGES_STREAM order by ID").fetchall() == [
        ("a", "INSERT", False),
        ("b", "INSERT", False),
    ]


def test_hidden_version_is_seen_by_nobody(changes: Connection) -> None:
    assert changes.cursor().execute("select * from CHANGES").fetchall() == [("old",)]
    assert len(changes.cursor().execute("describe table CHANGES").fetchall()) == 1
    columns = "select COLUMN_NAME from INFORMATION_SCHEMA.COLUMNS where TABLE_NAME = 'CHANGES'"
    assert changes.cursor().execute(columns).fetchall() == [("ID",)]
    with pytest.raises(ProgrammingError):
        changes.cursor().execute("select METADATA$VERSION from CHANGES")


def test_query_leaves_the_stream_where_it_is_and_a_change_advances_it(changes: Connection) -> None:
    add(changes, "a")
    assert waiting(changes) == waiting(changes) == ["a"]
    changes.cursor().execute(CONSUME)
    assert waiting(changes) == []
    add(changes, "b")
    changes.cursor().execute(CONSUME)
    assert target(changes) == ["a", "b"]


def test_rollback_keeps_the_offset(changes: Connection) -> None:
    add(changes, "a")
    changes.cursor().execute("begin")
    changes.cursor().execute(CONSUME)
    changes.rollback()
    assert waiting(changes) == ["a"]
    assert target(changes) == []


def test_failed_statement_keeps_the_offset(changes: Connection) -> None:
    add(changes, "a", "abc")
    with pytest.raises(ProgrammingError, match="too long"):
        changes.cursor().execute(CONSUME)
    assert waiting(changes) == ["a", "abc"]


def test_statement_that_never_ran_does_not_advance_in_a_transaction(changes: Connection) -> None:
    add(changes, "a")
    changes.cursor().execute("begin")
    with pytest.raises(ProgrammingError):
        changes.cursor().execute("insert into TARGET select ID, ID from CHANGES_STREAM")
    changes.commit()
    assert waiting(changes) == ["a"]


def test_within_a_transaction_the_stream_stands_still(changes: Connection) -> None:
    add(changes, "a")
    changes.cursor().execute("begin")
    add(changes, "b")
    changes.cursor().execute(CONSUME)
    assert waiting(changes) == ["a"]
    changes.commit()
    assert waiting(changes) == ["b"]


def test_rolled_back_rows_are_never_given_out(changes: Connection) -> None:
    changes.cursor().execute("begin")
    add(changes, "a")
    changes.rollback()
    add(changes, "b")
    assert waiting(changes) == ["b"]


def test_rows_of_another_session_come_after_its_commit(changes: Connection, other: Connection) -> None:
    other.cursor().execute("begin")
    add(other, "a")
    assert waiting(changes) == []
    other.commit()
    assert waiting(changes) == ["a"]


@pytest.mark.parametrize("statement", ["delete from CHANGES", "truncate table CHANGES", "update CHANGES set ID = 'x'"])
def test_rows_that_are_not_given_out_cannot_be_taken_away(changes: Connection, statement: str) -> None:
    add(changes, "a")
    with pytest.raises(NotSupportedError, match="CHANGES_STREAM"):
        changes.cursor().execute(statement)
    changes.cursor().execute(CONSUME)
    changes.cursor().execute(statement)
    assert waiting(changes) == []


def test_two_streams_have_two_offsets(changes: Connection) -> None:
    changes.cursor().execute("create stream SECOND on table CHANGES append_only = true")
    add(changes, "a")
    changes.cursor().execute(CONSUME)
    assert changes.cursor().execute("select ID from SECOND").fetchall() == [("a",)]


def test_followed_table_cannot_be_dropped(changes: Connection) -> None:
    with pytest.raises(NotSupportedError, match="CHANGES_STREAM"):
        changes.cursor().execute("drop table CHANGES")
    changes.execute_string("drop stream CHANGES_STREAM; drop table CHANGES")


def test_comment_may_hold_any_character(changes: Connection) -> None:
    changes.cursor().execute("create stream ODD on table CHANGES append_only = true comment = 'what''s this? a \"?\"'")
    shown = changes.cursor().execute("show streams like 'ODD'")
    comment = [column.name for column in shown.description or []].index("comment")
    assert [row[comment] for row in shown] == ['what\'s this? a "?"']
