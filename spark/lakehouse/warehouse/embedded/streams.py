"""Append-only streams: the rows that were inserted into a table and not yet read by a committed statement.

Each row of a table with a stream carries the account's version at its insertion, a stream the version up to which it
was read. In Snowflake a stream keeps the rows that were deleted since; here they would be lost, so that deleting,
updating or truncating rows which a stream has yet to give out is refused.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlglot import exp

from lakehouse.warehouse.embedded import catalog
from lakehouse.warehouse.embedded.catalog import missing
from lakehouse.warehouse.embedded.duck import Cursor
from lakehouse.warehouse.embedded.errors import NotSupportedError
from lakehouse.warehouse.embedded.metadata import ROW_VERSION, SCHEMA
from lakehouse.warehouse.embedded.names import Name, SchemaName, quoted

METADATA_TYPES = {"METADATA$ACTION": "VARCHAR", "METADATA$ISUPDATE": "BOOLEAN"}


@dataclass(frozen=True)
class Stream:
    """A stream at this moment: its rows are those of `table` with a version after `given_out`, up to `now`."""

    table: Name
    given_out: int
    now: int


def find(cursor: Cursor, name: Name) -> Stream | None:
    """The stream of this name, as the running transaction sees it; None if there is none."""
    row = cursor.execute(
        f"select s.table_name, s.version, c.version from {SCHEMA}.streams s, {SCHEMA}.clock c where s.name = ?",
        [str(name)],
    ).fetchone()
    return Stream(parse_name(row[0]), row[1], row[2]) if row else None


def parse_name(full: str) -> Name:
    """A name as the metadata tables hold it."""
    database, schema, name = full.split(".", 2)
    return Name(SchemaName(database, schema), name)


def create(cursor: Cursor, stream: Name, table: Name, comment: str) -> None:
    """Make a stream that gives the rows inserted from now on."""
    if not catalog.has_row_version(cursor, table):
        cursor.execute(f"alter table {table.sql} add column {quoted(ROW_VERSION)} bigint default 0")
    cursor.execute(
        f"insert into {SCHEMA}.streams select ?, ?, version, ? from {SCHEMA}.clock", [str(stream), str(table), comment]
    )


def next_version(cursor: Cursor) -> int:
    """The version of the rows that the running transaction inserts; others see it once `tick` has committed."""
    row = cursor.execute(f"select version + 1 from {SCHEMA}.clock").fetchone()
    assert row  # noqa: S101 - the clock has one row from the account's first day
    return int(row[0])


def tick(cursor: Cursor) -> None:
    """Part of the commit of a transaction that inserted rows with a version."""
    cursor.execute(f"update {SCHEMA}.clock set version = version + 1")


def pending_rows(stream: Stream, names: Iterable[str]) -> exp.Select:
    """A DuckDB query for the rows that the stream has yet to give out, those of the running transaction excepted."""
    columns = [exp.column(name, quoted=True) for name in names]
    action = exp.alias_(exp.Literal.string("INSERT"), "METADATA$ACTION", quoted=True)
    is_update = exp.alias_(exp.false(), "METADATA$ISUPDATE", quoted=True)
    table = exp.table_(stream.table.name, db=str(stream.table.parent), quoted=True)
    version = exp.column(ROW_VERSION, quoted=True)
    pending = (version > exp.Literal.number(stream.given_out), version <= exp.Literal.number(stream.now))
    return exp.select(*columns, action, is_update).from_(table).where(*pending)


def has_data(cursor: Cursor, name: Name) -> bool:
    """Whether the stream has rows to give out; raises ProgrammingError if there is no such stream."""
    stream = find(cursor, name)
    if not stream:
        raise missing("Stream", name)
    query = pending_rows(stream, []).limit(1).sql(dialect="duckdb")
    return cursor.execute(query).fetchone() is not None


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
