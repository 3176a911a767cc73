"""Connections and cursors with the interface of snowflake.connector."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from lakehouse.warehouse.embedded import account as accounts
from lakehouse.warehouse.embedded.binding import Parameters, bound
from lakehouse.warehouse.embedded.dialect.reader import split
from lakehouse.warehouse.embedded.engine import run
from lakehouse.warehouse.embedded.errors import InterfaceError
from lakehouse.warehouse.embedded.result import Result, ResultMetadata
from lakehouse.warehouse.embedded.session import Session

DEFAULT_TIMEOUT_SECONDS = 5.0


def connect(
    path: Path,
    *,
    read_only: bool = False,
    timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    database: str | None = None,
    schema: str | None = None,
    autocommit: bool = True,
) -> Connection:
    """Open a session on the account in a DuckDB file, which is made if it does not exist and may be written.

    Raises:
        BusyError: another process holds the file for longer than the timeout.
        UsageError: the file does not exist and is only to be read, or is no DuckDB file.
    """
    account = accounts.acquire(path, read_only=read_only, timeout_seconds=timeout_seconds)
    connection = Connection(Session(account, read_only=read_only, autocommit=autocommit))
    if database:
        connection.cursor().execute(f"use database {database}")
    if schema:
        connection.cursor().execute(f"use schema {schema}")
    return connection


class Cursor:
    """Runs statements and holds the last one's result."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.sfqid: str | None = None
        self.arraysize = 1
        self._result: Result | None = None
        self._rows: Iterator[tuple[Any, ...]] = iter(())
        self._closed = False

    @property
    def description(self) -> list[ResultMetadata] | None:
        """The columns of the last result."""
        return self._result.columns if self._result else None

    @property
    def rowcount(self) -> int | None:
        """Rows that the last statement gave back or changed."""
        return self._result.rowcount if self._result else None

    def execute(self, command: str, params: Parameters | None = None) -> Self:
        """Run one statement, with parameters in the `pyformat` style."""
        session = self._session()
        self.sfqid = str(uuid.uuid4())
        self._result = None
        self._rows = iter(())
        self._result = run(session, bound(command, params))
        self._rows = map(self._row, self._result.rows)
        return self

    def executemany(self, command: str, seqparams: Sequence[Parameters]) -> Self:
        """Run one statement for each set of parameters."""
        total = 0
        for params in seqparams:
            total += self.execute(command, params).rowcount or 0
        if self._result:
            self._result.rowcount = total
        return self

    def _session(self) -> Session:
        if self._closed:
            raise InterfaceError("The cursor is closed")
        return self.connection.session

    def _row(self, row: tuple[Any, ...]) -> Any:
        return row

    def fetchone(self) -> Any:
        """The next row, None after the last."""
        return next(self._rows, None)

    def fetchmany(self, size: int | None = None) -> list[Any]:
        """The next rows, as many as asked for."""
        return [row for _, row in zip(range(size or self.arraysize), self._rows, strict=False)]

    def fetchall(self) -> list[Any]:
        """All rows that are left."""
        return list(self._rows)

    def __iter__(self) -> Iterator[Any]:
        return self._rows

    def close(self) -> bool:
        """Let the result go."""
        was_open, self._closed = not self._closed, True
        self._rows = iter(())
        return was_open

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *problem: object) -> None:
        self.close()


class DictCursor(Cursor):
    """A cursor whose rows are dictionaries by column name."""

    def _row(self, row: tuple[Any, ...]) -> dict[str, Any]:
        return dict(zip((column.name for column in self.description or []), row, strict=True))


class Connection:
    """One session of the account. Used as a context manager it commits at the end, or rolls back after an error."""

    def __init__(self, session: Session) -> None:
        self._session: Session | None = session

    @property
    def session(self) -> Session:
        """The open session; raises InterfaceError once the connection is closed."""
        if self._session is None:
            raise InterfaceError("The connection is closed", errno=250002, sqlstate="08003")
        return self._session

    @property
    def database(self) -> str | None:
        """The current database."""
        return self.session.namespace.database

    @property
    def schema(self) -> str | None:
        """The current schema."""
        return self.session.namespace.schema

    def cursor(self, cursor_class: type[Cursor] = Cursor) -> Cursor:
        """A new cursor of this session."""
        _ = self.session
        return cursor_class(self)

    def execute_string(self, sql_text: str, cursor_class: type[Cursor] = Cursor) -> Iterable[Cursor]:
        """Run the statements of a script, and give one cursor for each."""
        return [self.cursor(cursor_class).execute(statement) for statement in split(sql_text)]

    def autocommit(self, mode: bool) -> None:
        """Whether each statement outside a transaction commits by itself."""
        self.session.commit()
        self.session.autocommit = mode

    def commit(self) -> None:
        """Commit the open transaction."""
        self.session.commit()

    def rollback(self) -> None:
        """Roll the open transaction back."""
        self.session.rollback()

    def is_closed(self) -> bool:
        """Whether the connection is closed."""
        return self._session is None

    def close(self) -> None:
        """Roll back what is open and give the file back; a second call does nothing."""
        session, self._session = self._session, None
        if session:
            session.close()
            accounts.release(session.account)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session and not self._session.autocommit:
            self._session.rollback() if problem else self._session.commit()
        self.close()
