"""COPY INTO a table from Parquet files: all files or none, each content of a file once."""

from __future__ import annotations

import duckdb

from lakehouse.warehouse.embedded import catalog, stages
from lakehouse.warehouse.embedded.dialect.commands import CopyInto
from lakehouse.warehouse.embedded.errors import DataError, NotSupportedError
from lakehouse.warehouse.embedded.metadata import SCHEMA
from lakehouse.warehouse.embedded.names import Name, literal, quoted
from lakehouse.warehouse.embedded.result import Result, Row, status, table
from lakehouse.warehouse.embedded.session import Session
from lakehouse.warehouse.embedded.stages import StageFile
from lakehouse.warehouse.embedded.statements.dml import insert_rows

_COLUMNS = ("file", "status", "rows_parsed", "rows_loaded", "errors_seen", "first_error")
_OPTIONS = {"MATCH_BY_COLUMN_NAME": ("CASE_INSENSITIVE",), "ON_ERROR": ("ABORT_STATEMENT",)}


def copy_into(session: Session, command: CopyInto) -> Result:
    """Load the files that the table has not had, and report the rows of each."""
    _check(session, command)
    into = catalog.require_table(session.cursor, session.namespace.resolve(command.table))
    stage, _, path = command.source.partition("/")
    name = session.namespace.resolve([part.strip('"').upper() for part in stage.split(".")])
    url = "/".join(part for part in (stages.url_of(session.cursor, name), path) if part)
    with stages.listed(url, command.pattern) as files:
        fresh = [file for file in files if command.force or not _loaded(session, into, file)]
        if not fresh:
            return status("Copy executed with 0 files processed.")
        rows = _load(session, into, fresh)
    result = table(_COLUMNS, rows)
    result.rowcount = sum(int(row[3]) for row in rows)
    return result


def _check(session: Session, command: CopyInto) -> None:
    file_format = dict(command.file_format)
    if named := file_format.pop("FORMAT_NAME", None):
        file_format = _named_format(session, session.namespace.resolve(named.upper().split(".")))
    if file_format != {"TYPE": "PARQUET", "USE_LOGICAL_TYPE": "TRUE"}:
        # Without logical types Snowflake reads dates and timestamps as the numbers that stand for them.
        raise NotSupportedError("a FILE_FORMAT other than (TYPE = PARQUET USE_LOGICAL_TYPE = TRUE)")
    for option, known in _OPTIONS.items():
        if command.options.get(option, known[0]) not in known:
            raise NotSupportedError(f"{option} = {command.options[option]}")
    if "MATCH_BY_COLUMN_NAME" not in command.options:
        raise NotSupportedError("COPY without MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE")


def _named_format(session: Session, name: Name) -> dict[str, str]:
    row = session.cursor.execute(
        f"select cast(options as map(varchar, varchar)) from {SCHEMA}.file_formats where name = ?", [str(name)]
    ).fetchone()
    if not row:
        raise catalog.missing("File format", name)
    return dict(row[0])


def _loaded(session: Session, into: Name, file: StageFile) -> bool:
    row = session.cursor.execute(
        f"select 1 from {SCHEMA}.loads where table_name = ? and file = ? and size = ? and md5 = ?",
        [str(into), file.url, file.size, file.md5],
    ).fetchone()
    return row is not None


def _load(session: Session, into: Name, files: list[StageFile]) -> list[Row]:
    counted = [(file, _rows_of(session, file)) for file in files]
    insert_rows(session, into, *_selection(session, into, files))
    for file, rows in counted:
        session.cursor.execute(
            f"insert into {SCHEMA}.loads values (?, ?, ?, ?, ?, now() at time zone 'UTC')",
            [str(into), file.url, file.size, file.md5, rows],
        )
    return [(file.url, "LOADED", rows, rows, 0, None) for file, rows in counted]


def _rows_of(session: Session, file: StageFile) -> int:
    try:
        footer = session.cursor.execute(f"select num_rows from parquet_file_metadata({literal(str(file.local))})")
        [rows] = footer.fetchall()
    except duckdb.Error as problem:
        raise DataError(f"{file.url} is no readable Parquet file: {problem}") from problem
    return int(rows[0])


def _selection(session: Session, into: Name, files: list[StageFile]) -> tuple[list[str], str]:
    """The table's columns that the files have, and the query that reads them; case does not matter, order neither."""
    listed = ", ".join(literal(str(file.local)) for file in files)
    source = f"read_parquet([{listed}], union_by_name = true, hive_partitioning = false)"
    session.cursor.execute(f"from {source} limit 0")
    present = {column[0].upper(): column[0] for column in session.cursor.description}
    columns = [column for column in catalog.columns(session.cursor, into) if column.name.upper() in present]
    if not columns:
        raise DataError(f"No column of {files[0].url} has the name of a column of {into}")
    selected = ", ".join(f"cast({quoted(present[c.name.upper()])} as {c.type}) as {quoted(c.name)}" for c in columns)
    return [column.name for column in columns], f"select {selected} from {source}"
