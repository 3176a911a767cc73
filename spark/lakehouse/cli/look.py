"""Commands that look at a state and change nothing: status, jobs, query, verify."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from lakehouse.cli.options import Format, Home, OutputFormat
from lakehouse.cli.present import (
    errors,
    ledger_rows,
    output,
    print_csv,
    print_differences,
    print_json,
    print_ledger,
    print_set_aside,
    print_table,
)
from lakehouse.errors import UsageError, WarehouseError
from lakehouse.failures import told_in_one_line
from lakehouse.holds import Hold
from lakehouse.ledger import Entry
from lakehouse.lock import run_lock
from lakehouse.model import BRONZE, HOLDS, JOB_RUNS, LEDGER, PUBLISHED, QUARANTINE, SILVER, TABLES
from lakehouse.pipeline import go_on, load_jobs
from lakehouse.quality import MEANINGS
from lakehouse.session import session
from lakehouse.settings import State, open_state
from lakehouse.sources.landing import list_landing
from lakehouse.uptodate import files_set_aside, last_runs, open_table, table_rows
from lakehouse.verify import Verification
from lakehouse.verify import verify as verify_state
from lakehouse.warehouse.connect import Connection, connect, parse_target
from lakehouse.warehouse.embedded.errors import DatabaseError


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(status)
    app.command()(jobs)
    app.command()(query)
    app.command()(verify)


def open_warehouse(state: State) -> Connection:
    """The state's warehouse, to read.

    Raises:
        UsageError: nothing has been published yet.
        BusyError: a run is writing to it.
    """
    if not state.warehouse.is_file():
        raise UsageError(f"Nothing has been published in {state.home} yet: `lakehouse run` does.")
    return connect(parse_target(f"embedded:{state.warehouse}"), read_only=True)


def ledger_of(state: State) -> list[Entry]:
    """The ledger as the last run left it."""
    return [Entry(**row) for row in table_rows(state, LEDGER)]


def asked(state: State, sql: str) -> tuple[Sequence[str], list[Sequence[Any]]]:
    """Columns and rows of a query on the state's warehouse."""
    with closing(open_warehouse(state)) as connection:
        return _ask(connection, sql)


def _ask(connection: Connection, sql: str) -> tuple[Sequence[str], list[Sequence[Any]]]:
    cursor = connection.cursor()
    try:
        cursor.execute(sql)
    except DatabaseError as error:
        raise WarehouseError(f"The warehouse refused the query: {error}") from error
    return [column[0] for column in cursor.description], cursor.fetchall()


SHOW_ALL = {f"show {kind}": f"show {kind} in database SOFTCART" for kind in ("tables", "views", "streams", "tasks")}
"""A bare SHOW sees the current schema alone, and a person at the command line has none."""


def query(
    sql: Annotated[
        str, typer.Argument(help='SQL in Snowflake\'s dialect, such as "select * from MARTS.SALES_BY_DAY".')
    ],
    home: Home = None,
    output_format: OutputFormat = Format.TABLE,
) -> None:
    """Ask the warehouse. Schemas: STAR, MARTS, STAGING, OPS; `show tables` lists what there is."""
    connection = open_warehouse(open_state(home))
    try:
        connection.cursor().execute("use database SOFTCART")
        sql = SHOW_ALL.get(sql.strip().rstrip(";").lower(), sql)
        columns, rows = _ask(connection, sql)
    finally:
        connection.close()
    if output_format == Format.CSV:
        print_csv(columns, rows)
    elif output_format == Format.JSON:
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
    else:
        print_table("", columns, rows)


def jobs() -> None:
    """List the jobs of the pipeline, in order."""
    rows = [(job.name, job.description, ", ".join(job.after)) for job in load_jobs()]
    print_table("", ("job", "what it does", "after"), rows)


def status(
    home: Home = None,
    quarantine: Annotated[bool, typer.Option("--quarantine", help="Show quarantined lines and why.")] = False,
    output_format: OutputFormat = Format.TABLE,
) -> None:
    """Show the tables with versions, rows and freshness, the last runs, and what is held or quarantined."""
    state = open_state(home)
    if quarantine:
        _print_quarantine(state, output_format)
        return
    tables = [entry for table in TABLES if (entry := _table_status(state, table.name))]
    runs = sorted(table_rows(state, JOB_RUNS), key=lambda run: run["finished_at"], reverse=True)[:12]
    holds = [Hold(**row) for row in table_rows(state, HOLDS)]
    if output_format == Format.JSON:
        keys = ("run_id", "job", "finished_at", "seconds")
        last = [{key: run[key] for key in keys} for run in runs]
        print_json({"home": str(state.home), "source": state.source, "landing": str(state.landing),
                    "tables": tables, "runs": last, "holds": [asdict(hold) for hold in holds],
                    "set_aside": dict(files_set_aside(state))})  # fmt: skip
        return
    if output_format == Format.CSV:
        print_csv(("table", "version", "rows", "written"), [tuple(entry.values()) for entry in tables])
        return
    output.print(f"State {state.home}: source {state.source}, landing {state.landing}", highlight=False)
    print_table("Tables", ("table", "version", "rows", "written"), [tuple(entry.values()) for entry in tables])
    shown = [(run["run_id"], run["job"], _ago(run["finished_at"]), run["seconds"]) for run in runs]
    print_table("Last runs", ("run", "job", "ended", "seconds"), shown)
    print_set_aside(files_set_aside(state))
    for hold in holds:
        output.print(f"{hold.status} hold: {hold}", highlight=False, markup=False)


def _table_status(state: State, name: str) -> dict[str, Any] | None:
    table = next(table for table in TABLES if table.name == name)
    delta = open_table(state, table)
    if delta is None:
        return None
    written = datetime.fromtimestamp(delta.history(1)[0]["timestamp"] / 1000, UTC)
    return {"table": name, "version": delta.version(), "rows": delta.count(), "written": _ago(written)}


def _ago(moment: datetime) -> str:
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    seconds = (datetime.now(UTC) - moment).total_seconds()
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= 2 * length:
            return f"{int(seconds // length)} {unit}s ago"
    return f"{int(seconds)} seconds ago"


def _print_quarantine(state: State, output_format: Format) -> None:
    rows = table_rows(state, QUARANTINE)
    counts: dict[str, int] = {}
    for row in rows:
        for reason in row["reasons"]:
            counts[reason] = counts.get(reason, 0) + 1
    if output_format == Format.JSON:
        print_json({"reasons": counts, "rows": rows})
        return
    if output_format == Format.CSV:
        columns = ("reasons", "file", "line_number", "raw")
        print_csv(columns, [(" ".join(row["reasons"]), row["file"], row["line_number"], row["raw"]) for row in rows])
        return
    ordered = sorted(counts.items(), key=lambda item: -item[1])
    print_table(
        "Quarantined lines by rule", ("rule", "lines", "meaning"), [(n, c, MEANINGS.get(n, "")) for n, c in ordered]
    )
    examples = [
        (", ".join(row["reasons"]), f"{row['file']}:{row['line_number']}", row["raw"][:120]) for row in rows[:15]
    ]
    print_table(f"The first {len(examples)} of {len(rows):,}", ("rules", "where", "raw"), examples)


def verify(home: Home = None, output_format: OutputFormat = Format.TABLE) -> None:
    """Recompute everything from landing, and compare it with lake and warehouse, day by day.

    Exit code 7 where anything differs.
    """
    state = open_state(home)
    found = _verify(state)
    if any(run["mapping_hash"] != state.mapping().hash for run in last_runs(state).values()):
        found.notes.append("the mapping has changed since the last run; `lakehouse run` brings the tables up to it")
    if output_format == Format.CSV:
        print_csv(("what", "currency", "lines", "amount", "without_amount"), ledger_rows(found.entries))
    elif output_format == Format.JSON:
        keys = ("what", "currency", "rows", "amount", "rows_without_amount")
        ledger = [dict(zip(keys, (row[0].strip(), *row[1:]), strict=True)) for row in ledger_rows(found.entries)]
        differing = [asdict(difference) for difference in found.differences]
        print_json({"agrees": found.agrees, "ledger": ledger, "differences": differing, "notes": found.notes})
    else:
        print_ledger(found.entries)
        for note in found.notes:
            output.print(f"Note: {note}", highlight=False, markup=False)
        if found.agrees:
            output.print("Everything agrees: landing, bronze, silver, gold and the warehouse, day by day.")
        else:
            print_differences(found.differences)
    if not found.agrees:
        errors.print(str(found.differences[0]), highlight=False, markup=False)
        sys.exit(7)


def _verify(state: State) -> Verification:
    missing = [table.name for table in (*BRONZE, *SILVER, *PUBLISHED) if open_table(state, table) is None]
    if missing:
        raise UsageError(f"There is no {missing[0]} in {state.home} yet: `lakehouse run` comes first.")
    with run_lock(state.locked):
        landing = list_landing(state.storage, state.mapping().format)
        with session(log_file=state.spark_log, few_rows=landing.is_small) as spark:
            warehouse = open_warehouse(state) if state.warehouse.is_file() else None
            with told_in_one_line("verify", go_on(state)):
                return verify_state(spark, str(state.lake.resolve()), state.storage, state.mapping(), warehouse)
