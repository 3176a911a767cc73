"""The exceptions of `snowflake.connector.errors`, by the same names, so that callers need not know which one runs.

Numbers and SQL states are Snowflake's own where a caller may want to tell errors apart.
"""

from __future__ import annotations

import re

import duckdb

DUPLICATE_ROW_IN_MERGE = 100090
TEXT_TOO_LONG = 100078
DIVISION_BY_ZERO = 100051
NULL_NOT_ALLOWED = 100072
SYNTAX_ERROR = 1003
DOES_NOT_EXIST = 2003
ALREADY_EXISTS = 2002
INVALID_IDENTIFIER = 904
NO_CURRENT_DATABASE = 90105
LOCK_TIMEOUT = 625


class Error(Exception):
    """Root of the warehouse's errors: what went wrong (`msg`), its number and its SQL state."""

    def __init__(self, msg: str, *, errno: int = -1, sqlstate: str = "") -> None:
        super().__init__(msg)
        self.msg = msg
        self.errno = errno
        self.sqlstate = sqlstate

    def __str__(self) -> str:
        return f"{self.errno:06d} ({self.sqlstate}): {self.msg}" if self.errno != -1 else self.msg


class InterfaceError(Error):
    """The interface was used wrongly, such as a cursor after its connection was closed."""


class DatabaseError(Error):
    """The database refused or failed."""


class InternalError(DatabaseError):
    """The engine itself failed."""


class OperationalError(DatabaseError):
    """The database's surroundings failed: a stage that cannot be read, a lock that is held."""


class ProgrammingError(DatabaseError):
    """The statement is wrong, or what it names does not exist."""


class IntegrityError(DatabaseError):
    """A constraint of the table would be broken."""


class DataError(DatabaseError):
    """A value cannot be computed or stored."""


class NotSupportedError(DatabaseError):
    """The embedded warehouse does not know this SQL, and so refuses it; Snowflake may well accept it."""

    def __init__(self, what: str) -> None:
        super().__init__(f"The embedded warehouse does not support {what}", sqlstate="0A000")


_TOO_LONG = "A string is too long and would be truncated: column {what} holds at most {size} characters"

# What DuckDB's message holds, and the Snowflake error that it stands for.
_KNOWN = (
    (r"Division by zero", DIVISION_BY_ZERO, "22012", "Division by zero"),
    (r"NOT NULL constraint failed: (?P<what>\S+)", NULL_NOT_ALLOWED, "22000", "NULL in the column {what}"),
    (r"CHECK.*length\((?P<what>[^)]*)\) <= (?P<size>\d+)", TEXT_TOO_LONG, "22000", _TOO_LONG),
    (r"Conflict on|write-write conflict", LOCK_TIMEOUT, "57014", "Another session changed the same rows: repeat"),
)


def from_duckdb(problem: duckdb.Error) -> Error:
    """Say in Snowflake's terms what DuckDB complained about."""
    text = str(problem)
    for pattern, errno, sqlstate, message in _KNOWN:
        if found := re.search(pattern, text, re.DOTALL):
            return ProgrammingError(message.format(**found.groupdict()), errno=errno, sqlstate=sqlstate)
    if isinstance(problem, duckdb.ConversionException | duckdb.OutOfRangeException | duckdb.InvalidInputException):
        return DataError(text)
    if isinstance(problem, duckdb.IOException):
        return OperationalError(text)
    if isinstance(problem, duckdb.InternalException):
        return InternalError(text)
    return ProgrammingError(text)
