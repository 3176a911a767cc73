"""The scripts under snowflake/migrations build what the model says, and are applied once."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lakehouse.errors import UsageError, WarehouseError
from lakehouse.model import FORECASTS, PUBLISHED
from lakehouse.model.table import TEXT_LENGTHS, Column, Table
from lakehouse.warehouse import embedded
from lakehouse.warehouse.connect import Connection, rows
from lakehouse.warehouse.load import target
from lakehouse.warehouse.migrate import migrate

MIGRATIONS = Path(__file__).parents[2] / "snowflake" / "migrations"
VARIABLES = {"exports_url": "file:///nowhere", "warehouse": "COMPUTE", "storage_integration": "LAKE"}

# Texts that the model gives no length, because what can be in them is known.
LENGTHS = {
    **TEXT_LENGTHS,
    "line_id": 64,
    "source": 64,
    "line_type": 8,
    "currency": 3,
    "month_name": 9,
    "day_name": 9,
    "level": 8,
    "model": 64,
    "run_id": 64,
}
TYPES = {"INT": "NUMBER(10,0)", "BIGINT": "NUMBER(19,0)", "TIMESTAMP": "TIMESTAMP_NTZ(9)"}


def warehouse_type(column: Column) -> str:
    if column.type == "STRING":
        return f"VARCHAR({LENGTHS[column.name]})"
    return TYPES.get(column.type, column.type.replace("DECIMAL", "NUMBER"))


def described(connection: Connection, table: str) -> list[tuple[str, str, bool, str]]:
    """Name, type, nullability and comment of each column."""
    found = connection.cursor().execute(f"describe table {table}").fetchall()
    return [(name, kind, null == "Y", comment) for name, kind, _, null, _, comment in found]


def expected(table: Table) -> list[tuple[str, str, bool, str]]:
    return [(c.name.upper(), warehouse_type(c), c.name not in table.key, c.comment) for c in table.columns]


@pytest.mark.parametrize("table", [*PUBLISHED, *FORECASTS], ids=lambda table: table.name)
def test_warehouse_table_has_the_models_columns(warehouse: Connection, table: Table) -> None:
    assert described(warehouse, target(table)) == expected(table)


@pytest.mark.parametrize("table", [*PUBLISHED, *FORECASTS], ids=lambda table: table.name)
def test_changes_have_the_models_columns_and_two_more(warehouse: Connection, table: Table) -> None:
    *columns, change_type, version = described(warehouse, f"SOFTCART.STAGING.{target(table).split('.')[2]}_CHANGES")
    assert columns == expected(table)
    assert change_type[:3] == ("CHANGE_TYPE", "VARCHAR(6)", False)
    assert version[:3] == ("DELTA_VERSION", "NUMBER(19,0)", False)


@pytest.mark.parametrize("table", [*PUBLISHED, *FORECASTS], ids=lambda table: table.name)
def test_merge_task_names_every_column(table: Table) -> None:
    tasks = (MIGRATIONS / "R__merge_tasks.sql").read_text()
    body = re.search(rf"MERGE INTO {re.escape(target(table))} AS t(.*?);", tasks, re.DOTALL)
    assert body
    on, rest = body[1].split("WHEN MATCHED", 1)
    inserted = re.findall(r"s\.(\w+)", rest.split("VALUES")[1])
    assert inserted == [name.upper() for name in table.column_names]
    assert set(re.findall(r"t\.(\w+) = s\.\1", on)) == {name.upper() for name in table.key}
    values = [name.upper() for name in table.column_names if name not in table.key]
    assert re.findall(r"t\.(\w+) IS DISTINCT FROM s\.\1", rest) == values
    assert re.findall(r"t\.(\w+) = s\.\1", rest) == values


def test_every_table_view_and_column_has_a_comment(warehouse: Connection) -> None:
    for listing in ("TABLES", "COLUMNS"):
        query = f"select * from SOFTCART.INFORMATION_SCHEMA.{listing} where COMMENT = ''"
        assert rows(warehouse, f"{query} and TABLE_SCHEMA <> 'INFORMATION_SCHEMA'") == []


def test_migrating_twice_applies_nothing(path: Path) -> None:
    connection = embedded.connect(path)
    applied = migrate(connection, VARIABLES, MIGRATIONS)
    assert applied[0] == "V001__schemas.sql"
    assert {path.name for path in MIGRATIONS.iterdir()} == set(applied)
    assert migrate(connection, VARIABLES, MIGRATIONS) == []
    history = rows(connection, "select SCRIPT from SOFTCART.OPS.SCHEMA_HISTORY order by APPLIED_AT")
    assert [script for (script,) in history] == applied
    connection.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "migrations"
    folder.mkdir()
    (folder / "V10__second.sql").write_text("insert into SOFTCART.OPS.LOG values ('second')")
    (folder / "V2__first.sql").write_text(
        "create table SOFTCART.OPS.LOG (ENTRY varchar); insert into SOFTCART.OPS.LOG values ('first');"
    )
    (folder / "R__view.sql").write_text("insert into SOFTCART.OPS.LOG values ('{{ entry }}');")
    return folder


@pytest.fixture
def opened(connection: embedded.Connection) -> embedded.Connection:
    return connection


def log(connection: Connection) -> list[str]:
    return [entry for (entry,) in rows(connection, "select ENTRY from SOFTCART.OPS.LOG")]


def test_numbers_are_numbers_and_repeatable_scripts_come_last(opened: embedded.Connection, folder: Path) -> None:
    assert migrate(opened, {"entry": "view"}, folder) == ["V2__first.sql", "V10__second.sql", "R__view.sql"]
    assert log(opened) == ["first", "second", "view"]


def test_repeatable_script_runs_again_when_its_variable_changes(opened: embedded.Connection, folder: Path) -> None:
    for entry, applied in (("a", 3), ("a", 0), ("b", 1), ("a", 1)):
        assert len(migrate(opened, {"entry": entry}, folder)) == applied
    assert log(opened) == ["first", "second", "a", "b", "a"]


def test_changed_numbered_script_is_an_error(opened: embedded.Connection, folder: Path) -> None:
    migrate(opened, {"entry": "view"}, folder)
    (folder / "V2__first.sql").write_text("select 1")
    with pytest.raises(WarehouseError, match=r"V2__first\.sql.*changed"):
        migrate(opened, {"entry": "view"}, folder)


def test_unknown_variable_is_named_before_anything_is_applied(opened: embedded.Connection, folder: Path) -> None:
    with pytest.raises(UsageError, match=r"R__view\.sql.*'entry'.*known are: other"):
        migrate(opened, {"other": "x"}, folder)
    with pytest.raises(embedded.ProgrammingError):
        log(opened)


def test_failing_script_is_named_and_the_rest_goes_on_from_there(opened: embedded.Connection, folder: Path) -> None:
    (folder / "V10__second.sql").write_text("select NOPE")
    with pytest.raises(WarehouseError, match=r"V10__second\.sql.*NOPE"):
        migrate(opened, {"entry": "view"}, folder)
    (folder / "V10__second.sql").write_text("select 1")
    assert migrate(opened, {"entry": "view"}, folder) == ["V10__second.sql", "R__view.sql"]


@pytest.mark.parametrize(("name", "problem"), [("V2__again.sql", "number 2"), ("first.sql", "no migration")])
def test_unclear_name_is_refused(opened: embedded.Connection, folder: Path, name: str, problem: str) -> None:
    (folder / name).write_text("select 1")
    with pytest.raises(UsageError, match=problem):
        migrate(opened, {"entry": "view"}, folder)


def test_folder_without_scripts_is_refused(opened: embedded.Connection, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no migrations"):
        migrate(opened, {}, tmp_path / "none")


def test_snowflake_folder_does_not_shadow_the_connector() -> None:
    assert not list(MIGRATIONS.parent.glob("**/*.py"))
