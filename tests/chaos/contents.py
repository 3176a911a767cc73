"""What a state holds, leaving out what may differ after a crash: runs, their times, batches and versions."""

from __future__ import annotations

from typing import Any

from pyarrow import dataset

from lakehouse.model import FORECASTS, JOB_RUNS, LANDING_FILES, PUBLISHED, TABLES, Table
from lakehouse.pipeline import load_jobs
from lakehouse.settings import State
from lakehouse.uptodate import data_files, is_up_to_date, open_table
from lakehouse.warehouse.connect import Connection, connect, parse_target, rows
from lakehouse.warehouse.load import pending, published, target

Contents = dict[str, list[str]]
"""The rows of each table as texts, in order; and what must hold between them."""

# A run that died leaves a batch's number unused, and its jobs run again.
_ARRIVAL = {"batch", "run_id"}
_OF_A_RUN = {"started_at", "finished_at", "seconds", "inputs", "rows"}


def contents(state: State) -> Contents:
    """Everything in lake and warehouse that must be the same however often the runs were ended."""
    found = {table.name: _rows(state, table) for table in TABLES}
    if state.warehouse.is_file():
        connection = connect(parse_target(f"embedded:{state.warehouse}"), read_only=True)
        try:
            found |= _warehouse(connection, state)
        finally:
            connection.close()
    found["a further run finds nothing to do"] = [str(is_up_to_date(state, [job.name for job in load_jobs()]))]
    return found


def differences(expected: Contents, found: Contents) -> list[str]:
    """Every table that differs, with a row that is lacking or too many; empty where there is none."""
    told = []
    for name in sorted(expected.keys() | found.keys()):
        here, there = expected.get(name, []), found.get(name, [])
        if here != there:
            lacking = [row for row in here if here.count(row) > there.count(row)]
            surplus = [row for row in there if there.count(row) > here.count(row)]
            told.append(f"{name}: {len(lacking)} rows lacking {lacking[:1]}, {len(surplus)} too many {surplus[:1]}")
    return told


def _rows(state: State, table: Table) -> list[str]:
    left_out = _ARRIVAL | _OF_A_RUN if table is JOB_RUNS else _ARRIVAL
    kept = [name for name in table.column_names if name not in left_out]
    found = _records(state, table)
    if table is LANDING_FILES:  # of a file that was planned twice, the last reading counts
        found = list({(row["path"], row["content_hash"]): row for row in sorted(found, key=_batch)}.values())
    texts = [repr({name: row[name] for name in kept}) for row in found]
    return sorted(set(texts) if table is JOB_RUNS else texts)


def _records(state: State, table: Table) -> list[dict[str, Any]]:
    delta = open_table(state, table)
    files = data_files(delta) if delta else []
    # Spark's timestamps, in nanoseconds, do not reach from 1900 to 9999.
    form = dataset.ParquetFileFormat(coerce_int96_timestamp_unit="us")
    rows: list[dict[str, Any]] = dataset.dataset(files, format=form).to_table().to_pylist() if files else []
    return rows


def _batch(row: dict[str, Any]) -> int:
    return int(row["batch"])


def _warehouse(connection: Connection, state: State) -> Contents:
    found = {target(table): _ask(connection, f"select * from {target(table)}") for table in (*PUBLISHED, *FORECASTS)}
    found["SCHEMA_HISTORY"] = _ask(connection, "select distinct SCRIPT from SOFTCART.OPS.SCHEMA_HISTORY")
    found["changes wait to be merged"] = [str(pending(connection))]
    marks = published(connection)
    for table in (*PUBLISHED, *FORECASTS):
        delta, mark = open_table(state, table), marks.get(table.name)
        now = delta and [str(delta.metadata().id), delta.version()]
        found[f"mark of {table.name} is current"] = [str(mark and [mark.delta_table_id, mark.delta_version] == now)]
    return found


def _ask(connection: Connection, query: str) -> list[str]:
    return sorted(map(repr, rows(connection, query)))
