"""A session: one DuckDB cursor, one current database and schema, and at most one open transaction."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import duckdb

from lakehouse.warehouse.embedded import catalog, streams
from lakehouse.warehouse.embedded.account import Account
from lakehouse.warehouse.embedded.dialect.query import Translator
from lakehouse.warehouse.embedded.errors import LOCK_TIMEOUT, ProgrammingError, from_duckdb
from lakehouse.warehouse.embedded.names import Name, Namespace

LOCK_TIMEOUT_SECONDS = 60.0


class Session:
    """The state behind one connection. Nothing of it is shared with another session but the account's write lock."""

    def __init__(self, account: Account, *, read_only: bool = False, autocommit: bool = True) -> None:
        self.account = account
        self.cursor = account.cursor()
        self.namespace = Namespace()
        self.warehouse: str | None = None
        self.autocommit = autocommit
        self.in_transaction = False
        self._read_only = read_only or account.read_only
        self._writing = False
        self._broken = False
        self._versioned = False
        self._consumed: set[Name] = set()
        self._read: set[Name] = set()

    def translator(self) -> Translator:
        """A translator of the running statement's queries, as this session sees names."""
        return Translator(self.cursor, self.namespace, self._read)

    def begin(self) -> None:
        """Open a transaction; within one, this changes nothing, as in Snowflake."""
        if not self.in_transaction:
            self.cursor.execute("begin")
            self.in_transaction = True

    def commit(self) -> None:
        """Make the transaction's changes lasting, and with them the offsets of the streams that it read.

        Raises:
            ProgrammingError: a statement of the transaction failed, so that it was rolled back as a whole.
        """
        if not self.in_transaction:
            return
        if self._broken:
            self.rollback()
            raise ProgrammingError("A statement of this transaction failed: it was rolled back, nothing is committed")
        try:
            streams.advance(self.cursor, self._consumed)
            if self._versioned:
                streams.tick(self.cursor)
            self.cursor.execute("commit")
        except duckdb.Error as problem:
            self.rollback()
            raise from_duckdb(problem) from problem
        self._ended()

    def rollback(self) -> None:
        """Undo the transaction's changes; the streams that it read keep their offsets."""
        if not self.in_transaction:
            return
        # A transaction that DuckDB has already ended needs no rollback, and says so.
        with contextlib.suppress(duckdb.TransactionException):
            self.cursor.execute("rollback")
        self._ended()

    def _ended(self) -> None:
        self.in_transaction = self._broken = self._versioned = False
        self._consumed.clear()
        if self._writing:
            self._writing = False
            self.account.writer.release()

    @contextlib.contextmanager
    def statement(self, *, writes: bool) -> Iterator[None]:
        """Run one statement: in the open transaction, or in its own that commits if the statement succeeds.

        Streams that a writing statement read advance with the commit; those that a query or a failed one read do not.
        """
        if writes:
            self._lock()
        own = not self.in_transaction and (self.autocommit or not writes)
        self.begin()
        self._read.clear()
        try:
            yield
        except duckdb.Error as problem:
            self._failed(own)
            raise from_duckdb(problem) from problem
        except BaseException:
            self._failed(own)
            raise
        if writes:
            self._consumed |= self._read
        if own:
            self.commit()

    def _failed(self, own: bool) -> None:
        if own:
            self.rollback()
            return
        try:
            self.cursor.execute("select 1")
        except duckdb.Error:
            # DuckDB has given the whole transaction up. Its COMMIT would report success and keep nothing.
            self._broken = True

    def _lock(self) -> None:
        if self._read_only:
            raise ProgrammingError("This connection only reads: connect without read_only to write")
        if self._writing:
            return
        if not self.account.writer.acquire(timeout=LOCK_TIMEOUT_SECONDS):
            raise ProgrammingError("Another session has been writing for too long", errno=LOCK_TIMEOUT)
        self._writing = True

    def row_version(self, table: Name) -> int | None:
        """The version for rows inserted into a table, None where no stream follows it."""
        if not catalog.has_row_version(self.cursor, table):
            return None
        self._versioned = True
        return streams.next_version(self.cursor)

    def refuse_if_pending(self, table: Name, action: str) -> None:
        """Raise NotSupportedError where an action would take rows from a stream that has yet to give them out."""
        streams.refuse_if_pending(self.cursor, table, self._consumed, action)

    def close(self) -> None:
        """Roll back what is open and let the cursor go."""
        self.rollback()
        self.cursor.close()
