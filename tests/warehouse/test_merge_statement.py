"""MERGE changes what it says it changes, and refuses to let chance decide."""

from __future__ import annotations

from typing import Any

import pytest

from lakehouse.warehouse.embedded import Connection, ProgrammingError

UPSERT = """
    merge into STOCK as t using CHANGES as s on t.ID = s.ID
    when matched and s.UNITS = 0 then delete
    when matched and t.UNITS is distinct from s.UNITS then update set t.UNITS = s.UNITS, SEEN = SEEN + 1
    when not matched and s.UNITS > 0 then insert (ID, UNITS, SEEN) values (s.ID, s.UNITS / 1, 1)
"""


@pytest.fixture
def stock(connection: Connection) -> Connection:
    connection.execute_string(
        """
        create table STOCK (ID varchar(3), UNITS number(14, 3), SEEN int);
        create table CHANGES (ID varchar(8), UNITS number(14, 3));
        insert into STOCK values ('a', 1, 1), ('b', 2, 1), ('c', 3, 1)
        """
    )
    return connection


def changed(connection: Connection, values: str, statement: str = UPSERT) -> dict[str, Any]:
    connection.cursor().execute(f"insert into CHANGES values {values}")
    cursor = connection.cursor().execute(statement)
    return dict(zip((column.name for column in cursor.description or []), cursor.fetchone(), strict=True))


def rows(connection: Connection) -> list[tuple[str, int, int]]:
    return [(i, int(u), n) for i, u, n in connection.cursor().execute("select * from STOCK order by ID")]


def test_merge_inserts_updates_deletes_and_counts(stock: Connection) -> None:
    counts = changed(stock, "('a', 0), ('b', 5), ('c', 3), ('d', 4), ('e', 0)")
    assert counts == {"number of rows inserted": 1, "number of rows updated": 1, "number of rows deleted": 1}
    assert rows(stock) == [("b", 5, 2), ("c", 3, 1), ("d", 4, 1)]


def test_merge_twice_changes_nothing(stock: Connection) -> None:
    changed(stock, "('b', 5), ('d', 4)")
    before = rows(stock)
    assert set(changed(stock, "('b', 5)", UPSERT.replace("CHANGES", "(select distinct * from CHANGES)")).values()) == {
        0
    }
    assert rows(stock) == before


@pytest.mark.parametrize("values", ["('a', 5), ('a', 6)", "('a', 5), ('a', 5)", "('a', 0), ('a', 5)"])
def test_several_source_rows_for_one_target_row_are_refused(stock: Connection, values: str) -> None:
    with pytest.raises(ProgrammingError, match="Duplicate row") as raised:
        changed(stock, values)
    assert raised.value.errno == 100090
    assert rows(stock) == [("a", 1, 1), ("b", 2, 1), ("c", 3, 1)]


def test_several_source_rows_that_all_delete_or_do_nothing_are_no_conflict(stock: Connection) -> None:
    counts = changed(stock, "('a', 0), ('a', 0), ('b', 2), ('b', 7)")
    assert counts == {"number of rows inserted": 0, "number of rows updated": 1, "number of rows deleted": 1}
    assert rows(stock) == [("b", 7, 2), ("c", 3, 1)]


def test_null_keys_do_not_match(stock: Connection) -> None:
    assert changed(stock, "(null, 1)")["number of rows inserted"] == 1


def test_merge_from_a_query_keeps_the_last_change(stock: Connection) -> None:
    source = "(select * from CHANGES qualify row_number() over (partition by ID order by UNITS desc) = 1)"
    assert changed(stock, "('a', 5), ('a', 6)", UPSERT.replace("CHANGES", source))["number of rows updated"] == 1
    assert rows(stock)[0] == ("a", 6, 2)


def test_failed_merge_leaves_the_table_alone_in_a_transaction(stock: Connection) -> None:
    stock.execute_string("begin; insert into STOCK values ('z', 1, 1)")
    with pytest.raises(ProgrammingError, match="too long"):
        changed(stock, "('a', 9), ('toolong', 1)")
    stock.rollback()
    assert rows(stock) == [("a", 1, 1), ("b", 2, 1), ("c", 3, 1)]


def test_merge_into_an_empty_table_inserts_what_its_condition_lets_in(stock: Connection) -> None:
    stock.cursor().execute("delete from STOCK")
    counts = changed(stock, "('a', 0), ('b', 5), ('b', 6), (null, 7)")
    assert counts == {"number of rows inserted": 3, "number of rows updated": 0, "number of rows deleted": 0}
    assert {(i, int(u)) for i, u, _ in stock.cursor().execute("select * from STOCK")} == {("b", 5), ("b", 6), (None, 7)}


@pytest.mark.parametrize("emptied", ["true", "false"])
def test_new_row_cannot_be_made_of_the_row_that_is_not_there(stock: Connection, emptied: str) -> None:
    stock.cursor().execute(f"delete from STOCK where {emptied}")
    for wrong in ("when not matched and t.UNITS is null then", "when not matched and s.UNITS > t.UNITS then"):
        with pytest.raises(ProgrammingError):
            changed(stock, "('z', 1)", UPSERT.replace("when not matched and s.UNITS > 0 then", wrong))


def test_first_clause_that_holds_is_the_one_that_acts(stock: Connection) -> None:
    clauses = """
    when matched and s.UNITS > 10 then update set t.UNITS = 10
    when matched and s.UNITS > 5 then delete
    when matched and s.UNITS > 3 then update set t.UNITS = t.UNITS + s.UNITS
    when not matched and s.UNITS > 10 then insert (ID, SEEN) values (s.ID, 10)
    when not matched then insert (ID, SEEN) values (s.ID, s.UNITS::int)
    """
    statement = f"merge into STOCK as t using CHANGES as s on t.ID = s.ID {clauses}"
    counts = changed(stock, "('a', 11), ('b', 6), ('c', 4), ('d', 11), ('e', 1)", statement)
    assert counts == {"number of rows inserted": 2, "number of rows updated": 2, "number of rows deleted": 1}
    found = [(i, None if u is None else int(u), n) for i, u, n in stock.cursor().execute("select * from STOCK")]
    assert sorted(found) == [("a", 10, 1), ("c", 7, 1), ("d", None, 10), ("e", None, 1)]


def test_merge_finds_the_rows_of_its_own_transaction(stock: Connection) -> None:
    stock.execute_string(
        "begin; insert into STOCK values ('x', 7, 1), ('y', 8, 1), ('z', 9, 1);delete from STOCK where ID in ('a', 'x')"
    )
    changed(stock, "('a', 4), ('b', 0), ('y', 0), ('z', 5)")
    stock.commit()
    assert rows(stock) == [("a", 4, 1), ("c", 3, 1), ("z", 5, 2)]


def test_merge_that_deletes_or_does_nothing_needs_no_new_rows(stock: Connection) -> None:
    statement = "merge into STOCK as t using CHANGES as s on t.ID = s.ID when matched then delete"
    assert changed(stock, "('a', 4), ('d', 0)", statement) == {"number of rows deleted": 1}
    insert = "merge into STOCK as t using CHANGES as s on t.ID = s.ID when not matched then insert (ID) values (s.ID)"
    assert changed(stock, "('b', 4)", insert) == {"number of rows inserted": 2}
