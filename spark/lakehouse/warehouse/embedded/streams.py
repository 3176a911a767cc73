"""Append-only streams: the rows that were inserted into a table and not yet read by a committed statement.

Each row of a table with a stream carries the account's version at its insertion, a stream the version up to which it
was read. In Snowflake a stream keeps the rows that were deleted since; here they would be lost, so that deleting,
updating or truncating rows which a stream has yet to give out is refused.
"""

from __future__ import annotations

from lakehouse.warehouse.embedded.catalog import Cursor, columns, missing
from lakehouse.warehouse.embedded.errors import NotSupportedError
from lakehouse.warehouse.embedded.metadata import ROW_VERSION, SCHEMA
from lakehouse.warehouse.embedded.names import Name, SchemaName, quoted

METADATA_TYPES = {"METADATA$ACTION": "VARCHAR", "METADATA$ISUPDATE": "BOOLEAN"}


def table_of(cursor: Cursor, stream: Name) -> Name:
    """The table that a stream follows; raises ProgrammingError if there is no such stream."""
    row = cursor.execute(f"select table_name from {SCHEMA}.streams where name = ?", [str(stream)]).fetchone()
    if not row:
        raise missing("Stream", stream)
    return parse_name(row[0])


def exists(cursor: Cursor, name: Name) -> bool:
    """Whether a name is a stream's."""
    return cursor.execute(f"select 1 from {SCHEMA}.streams where name = ?", [str(name)]).fetchone() is not None


def parse_name(full: str) -> Name:
    """A name as the metadata tables hold it."""
    database, schema, name = full.split(".", 2)
    return Name(SchemaName(database, schema), name)


def create(cursor: Cursor, stream: Name, table: Name, comment: str) -> None:
    """Make a stream that gives the rows inserted from now on."""
    if not has_row_version(cursor, table):
        cursor.execute(f"alter table {table.sql} add column {quoted(ROW_VERSION)} bigint default 0")
    cursor.execute(
        f"insert into {SCHEMA}.streams select ?, ?, version, ? from {SCHEMA}.clock", [str(stream), str(table), comment]
    )


def has_row_version(cursor: Cursor, table: Name) -> bool:
    """Whether the table's rows carry versions, because it has or had a stream."""
    row = cursor.execute(
        "select 1 from duckdb_columns() where schema_name = ? and table_name = ? and column_name = ?",
        [str(table.parent), table.name, ROW_VERSION],
    ).fetchone()
    return row is not None


def next_version(cursor: Cursor) -> int:
    """The version of the rows that the running transaction inserts; others see it once `tick` has committed."""
    row = cursor.execute(f"select version + 1 from {SCHEMA}.clock").fetchone()
    assert row  # noqa: S101 - the clock has one row from the account's first day
    return int(row[0])


def tick(cursor: Cursor) -> None:
    """Part of the commit of a transaction that inserted rows with a version."""
    cursor.execute(f"update {SCHEMA}.clock set version = version + 1")


def pending_rows(cursor: Cursor, stream: Name) -> str:
    """A query for the rows that the stream has yet to give out, those of the running transaction excepted."""
    table = table_of(cursor, stream)
    names = ", ".join(quoted(column.name) for column in columns(cursor, table))
    return (
        f'select {names}, \'INSERT\' as "METADATA$ACTION", false as "METADATA$ISUPDATE" '
        f"from {table.sql} where {_pending(cursor, stream)}"
    )


def _pending(cursor: Cursor, stream: Name) -> str:
    row = cursor.execute(
        f"select s.version, c.version from {SCHEMA}.streams s, {SCHEMA}.clock c where s.name = ?", [str(stream)]
    ).fetchone()
    if not row:
        raise missing("Stream", stream)
    return f"{quoted(ROW_VERSION)} > {row[0]} and {quoted(ROW_VERSION)} <= {row[1]}"


def has_data(cursor: Cursor, stream: Name) -> bool:
    """Whether the stream has rows to give out."""
    table = table_of(cursor, stream)
    return cursor.execute(f"select 1 from {table.sql} where {_pending(cursor, stream)} limit 1").fetchone() is not None


def advance(cursor: Cursor, streams: set[Name]) -> None:
    """Mark what the streams showed as given out. Part of the commit of the transaction that read them."""
    for stream in streams:
        cursor.execute(
            f"update {SCHEMA}.streams set version = (select version from {SCHEMA}.clock) where name = ?", [str(stream)]
        )


def refuse_if_pending(cursor: Cursor, table: Name, consumed: set[Name], action: str) -> None:
    """Raise NotSupportedError where an action on the table would take rows from a stream."""
    rows = cursor.execute(f"select name from {SCHEMA}.streams where table_name = ?", [str(table)]).fetchall()
    for (stream,) in rows:
        name = parse_name(stream)
        if name not in consumed and has_data(cursor, name):
            raise NotSupportedError(f"{action} of {table} while the stream {stream} has rows to give out")
