"""A thin local Snowflake on DuckDB and sqlglot, with the interface of snowflake.connector.

One DuckDB file is one account; `DATABASE.SCHEMA` is one DuckDB schema; stages, load history, streams, tasks and their
history are tables of the same file, so that data and bookkeeping commit in one transaction.

It runs the SQL under `snowflake/`, what the loader needs and what one asks a star schema. All else is refused: a
statement, clause or function that is not known to mean here what it means in Snowflake raises NotSupportedError.
"""

from lakehouse.warehouse.embedded.connection import Connection, Cursor, DictCursor, connect
from lakehouse.warehouse.embedded.errors import (
    DatabaseError,
    DataError,
    Error,
    IntegrityError,
    InterfaceError,
    InternalError,
    NotSupportedError,
    OperationalError,
    ProgrammingError,
)

apilevel = "2.0"
paramstyle = "pyformat"
threadsafety = 1

__all__ = [
    "Connection",
    "Cursor",
    "DataError",
    "DatabaseError",
    "DictCursor",
    "Error",
    "IntegrityError",
    "InterfaceError",
    "InternalError",
    "NotSupportedError",
    "OperationalError",
    "ProgrammingError",
    "connect",
]
