"""Loads exported changes into the warehouse and has them merged. DB-API only: the same code runs on both warehouses."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from lakehouse.errors import WarehouseError
from lakehouse.failpoints import state_change
from lakehouse.logs import telling
from lakehouse.model import DAILY_SALES, FORECASTS, PUBLISHED
from lakehouse.model.table import Table
from lakehouse.warehouse.connect import Connection, rows

MERGE_TIMEOUT_SECONDS = 600.0
_ROOT = "MERGE_PUBLISHED"
_SHORTEST_POLL_SECONDS, _LONGEST_POLL_SECONDS, _POLL_SHARE = 0.05, 2.0, 0.1
_TABLES = (*PUBLISHED, *FORECASTS)
_MARTS = (DAILY_SALES, *FORECASTS)


@dataclass(frozen=True)
class Mark:
    """How far a table has been published: up to a version of a Delta table, by a run."""

    table: str
    delta_table_id: str
    delta_version: int
    run_id: str


@dataclass(frozen=True)
class Export:
    """Parquet files with a table's changes, or with all of it (`snapshot`).

    The files have the table's columns, CHANGE_TYPE (upsert or delete) and DELTA_VERSION. `path` is relative to the
    stage, `rows` the number of rows written, `mark` what the table has reached once they are loaded.
    """

    table: Table
    path: str
    mark: Mark
    snapshot: bool
    rows: int


def published(connection: Connection) -> dict[str, Mark]:
    """How far each table has been published, by its name in the model, such as `gold.fact_sales`."""
    query = "select TABLE_NAME, DELTA_TABLE_ID, DELTA_VERSION, RUN_ID from SOFTCART.OPS.PUBLISHED"
    marks = (Mark(table, table_id, int(version), run) for table, table_id, version, run in rows(connection, query))
    return {mark.table: mark for mark in marks}


def load(
    connection: Connection, exports: Sequence[Export], *, merge_timeout_seconds: float = MERGE_TIMEOUT_SECONDS
) -> dict[str, int]:
    """Load all exports into STAGING, and the marks with them, in one transaction. `merge` then applies them.

    What an earlier run loaded and did not merge is merged first. A snapshot also deletes what it lacks: the keys that
    the star schema has and the files do not become `delete` rows, so that every change goes through the MERGE tasks.

    Returns:
        The rows loaded from files, by table name.

    Raises:
        WarehouseError: other rows were loaded than exported, or a statement failed. Nothing was changed then.
    """
    if pending(connection):
        merge(connection, merge_timeout_seconds)
    with _transaction(connection):
        return {export.table.name: _load(connection, export) for export in exports}


def pending(connection: Connection) -> bool:
    """Whether changes wait in a stream to be merged."""
    streams = (f"system$stream_has_data('{_staging(table)}_STREAM')" for table in _TABLES)
    return any(rows(connection, f"select {', '.join(streams)}")[0])


@contextmanager
def _transaction(connection: Connection) -> Iterator[None]:
    connection.cursor().execute("begin transaction")
    try:
        yield
        with state_change("commit STAGING"):
            connection.cursor().execute("commit")
    except WarehouseError:
        connection.rollback()
        raise
    except Exception as problem:
        connection.rollback()
        raise WarehouseError(f"The warehouse could not load the changes; nothing was loaded: {problem}") from problem
    except BaseException:
        connection.rollback()
        raise


def _load(connection: Connection, export: Export) -> int:
    with telling("table loaded", table=target(export.table), rows=export.rows):
        return _replace_staged(connection, export)


def _replace_staged(connection: Connection, export: Export) -> int:
    # All rows here are merged by now: the streams had no data.
    with state_change(f"clear {_staging(export.table)}"):
        connection.cursor().execute(f"delete from {_staging(export.table)}")
    loaded = _copy(connection, export)
    if loaded != export.rows:
        raise WarehouseError(
            f"{export.table.name}: {loaded} rows were loaded from {export.path}, {export.rows} were exported. "
            "Nothing was loaded: export the table again"
        )
    if export.snapshot:
        with state_change(f"delete absent {_staging(export.table)}"):
            connection.cursor().execute(_deletes(export.table), (export.mark.delta_version,))
    _record(connection, export.mark)
    return loaded


def _copy(connection: Connection, export: Export) -> int:
    cursor = connection.cursor()
    # FORCE: whether to load is decided by the marks, in this transaction, and not by what Snowflake remembers of files.
    with state_change(f"copy {_staging(export.table)}"):
        cursor.execute(
            f"copy into {_staging(export.table)} from '@SOFTCART.STAGING.EXPORTS/{export.path.strip('/')}/' "
            "file_format = (type = parquet use_logical_type = true) match_by_column_name = case_insensitive "
            "pattern = '.*[.]parquet' force = true"
        )
    names = [column[0].lower() for column in cursor.description]
    if "rows_loaded" not in names:
        return 0
    position = names.index("rows_loaded")
    return sum(int(file[position]) for file in cursor.fetchall())


def _deletes(table: Table) -> str:
    keys = [name.upper() for name in table.key]
    same = " and ".join(f"change.{key} = present.{key}" for key in keys)
    return (
        f"insert into {_staging(table)} ({', '.join(keys)}, CHANGE_TYPE, DELTA_VERSION) "
        f"select {', '.join(f'present.{key}' for key in keys)}, 'delete', %s from {target(table)} as present "
        f"where not exists (select 1 from {_staging(table)} as change where {same})"
    )


def _record(connection: Connection, mark: Mark) -> None:
    with state_change(f"mark {mark.table}"):
        connection.cursor().execute("delete from SOFTCART.OPS.PUBLISHED where TABLE_NAME = %s", (mark.table,))
        connection.cursor().execute(
            "insert into SOFTCART.OPS.PUBLISHED (TABLE_NAME, DELTA_TABLE_ID, DELTA_VERSION, RUN_ID, PUBLISHED_AT) "
            "select %s, %s, %s, %s, sysdate()",
            (mark.table, mark.delta_table_id, mark.delta_version, mark.run_id),
        )


def merge(connection: Connection, timeout_seconds: float = MERGE_TIMEOUT_SECONDS) -> None:
    """Run the graph of MERGE tasks and wait for its end.

    Raises:
        WarehouseError: a task failed, or the graph did not end in time. Its changes stay in the streams.
    """
    before = _graph_runs(connection)
    with telling("changes merged"):
        with state_change(f"execute task {_ROOT}"):
            connection.cursor().execute(f"execute task SOFTCART.STAGING.{_ROOT}")
        _wait(connection, before, timeout_seconds)


def clear_merged(connection: Connection) -> None:
    """Empty STAGING once all is merged: else the warehouse keeps what it was last handed twice, until the next load."""
    counted = (f"select '{table.name}', count(*) from {_staging(table)}" for table in _TABLES)
    held = dict(rows(connection, " union all ".join(counted)))
    for table in _TABLES:
        if held[table.name]:
            with state_change(f"clear merged {_staging(table)}"):
                connection.cursor().execute(f"delete from {_staging(table)}")


def _wait(connection: Connection, before: set[str], timeout_seconds: float) -> None:
    """Until the run of the graph that is not among those before has ended well."""
    expected = {_ROOT, *(f"MERGE_{_name(table)}" for table in _TABLES)}
    began = time.monotonic()
    graph_run = None
    while True:
        graph_run = graph_run or min(_graph_runs(connection) - before, default=None)
        states = _states(connection, graph_run) if graph_run else {}
        if _ended(states, expected):
            return
        elapsed = time.monotonic() - began
        if elapsed > timeout_seconds:
            waiting = ", ".join(sorted(expected - {name for name, (state, _) in states.items() if state in _GOOD}))
            raise WarehouseError(f"After {timeout_seconds:g} s these tasks have not ended, or are suspended: {waiting}")
        time.sleep(min(max(elapsed * _POLL_SHARE, _SHORTEST_POLL_SECONDS), _LONGEST_POLL_SECONDS))


_GOOD = ("SUCCEEDED", "SKIPPED")
_RUNNING = ("SCHEDULED", "EXECUTING")
_TASK_HISTORY = "table(SOFTCART.INFORMATION_SCHEMA.TASK_HISTORY())"


def _graph_runs(connection: Connection) -> set[str]:
    query = f"select GRAPH_RUN_GROUP_ID from {_TASK_HISTORY} where SCHEMA_NAME = 'STAGING' and NAME = '{_ROOT}'"
    return {str(graph_run) for (graph_run,) in rows(connection, query) if graph_run is not None}


def _states(connection: Connection, graph_run: str) -> dict[str, tuple[str, str]]:
    """State and error message of each task of a run that has begun."""
    query = (
        f"select NAME, STATE, ERROR_MESSAGE from {_TASK_HISTORY} "
        "where cast(GRAPH_RUN_GROUP_ID as varchar) = %s and SCHEMA_NAME = 'STAGING'"
    )
    return {name: (state, message) for name, state, message in rows(connection, query, (graph_run,))}


def _ended(states: dict[str, tuple[str, str]], expected: set[str]) -> bool:
    """Whether all tasks have ended well; raises WarehouseError once one has failed and none runs any more."""
    failed = {name: message for name, (state, message) in states.items() if state not in (*_GOOD, *_RUNNING)}
    if failed and not any(state in _RUNNING for state, _ in states.values()):
        listed = "; ".join(f"{name}: {message}" for name, message in sorted(failed.items()))
        raise WarehouseError(f"Merging into the star schema failed. The changes stay in STAGING. {listed}")
    return not failed and expected <= states.keys() and all(state in _GOOD for state, _ in states.values())


def _name(table: Table) -> str:
    return table.name.partition(".")[2].upper()


def _staging(table: Table) -> str:
    """The table that holds the changes of a gold table until they are merged."""
    return f"SOFTCART.STAGING.{_name(table)}_CHANGES"


def target(table: Table) -> str:
    """The warehouse's table that holds a gold table."""
    return f"SOFTCART.{'MARTS' if table in _MARTS else 'STAR'}.{_name(table)}"
