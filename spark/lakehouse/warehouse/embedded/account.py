"""One account: one DuckDB file, opened once a process and shared by its sessions."""

from __future__ import annotations

import re
import threading
import time
from pathlib import Path

import duckdb

from lakehouse.errors import BusyError, UsageError
from lakehouse.warehouse.embedded import metadata
from lakehouse.warehouse.embedded.duck import Cursor

_RETRY_SECONDS = 0.1


class Account:
    """An open DuckDB file. `writer` is held by the session that writes, from its first write to its commit."""

    def __init__(self, path: Path, connection: duckdb.DuckDBPyConnection, *, read_only: bool) -> None:
        self.path = path
        self.read_only = read_only
        self.writer = threading.Lock()
        self.users = 0
        self._connection = connection

    def cursor(self) -> Cursor:
        """A DuckDB cursor with a transaction of its own, in UTC."""
        cursor = Cursor(self._connection.cursor())
        cursor.execute("set timezone = 'UTC'")
        return cursor

    def close(self) -> None:
        """Give the file back to other processes."""
        self._connection.close()


_accounts: dict[Path, Account] = {}
_accounts_lock = threading.Lock()


def acquire(path: Path, *, read_only: bool, timeout_seconds: float) -> Account:
    """The account of a file, opened if this process has not yet done so. Give it back with `release`.

    Raises:
        BusyError: another process holds the file for longer than the timeout.
        UsageError: the file is to be read and does not exist.
    """
    path = path.resolve()
    with _accounts_lock:
        account = _accounts.get(path)
        if account and account.read_only and not read_only:
            raise BusyError(f"{path} is open for reading in this process: close that connection before writing")
        if not account:
            account = _accounts[path] = _open(path, read_only=read_only, timeout_seconds=timeout_seconds)
        account.users += 1
        return account


def release(account: Account) -> None:
    """Close the account when its last user has gone."""
    with _accounts_lock:
        account.users -= 1
        if account.users == 0:
            del _accounts[account.path]
            account.close()


def _open(path: Path, *, read_only: bool, timeout_seconds: float) -> Account:
    if read_only and not path.exists():
        raise UsageError(f"There is no warehouse at {path} yet: publish to it first")
    path.parent.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + timeout_seconds
    while True:
        try:
            connection = duckdb.connect(str(path), read_only=read_only)
            break
        except duckdb.IOException as problem:
            if "Could not set lock" not in str(problem):
                raise UsageError(f"{path} cannot be opened as a warehouse: {problem}") from problem
            if time.monotonic() > deadline:
                raise BusyError(_busy(path, str(problem))) from problem
            time.sleep(_RETRY_SECONDS)
    if not read_only:
        metadata.prepare(connection)
    return Account(path, connection, read_only=read_only)


def _busy(path: Path, problem: str) -> str:
    holder = re.search(r"PID (\d+)", problem)
    who = f"process {holder[1]}" if holder else "another process"
    return f"{path} is in use by {who}, probably a run that is writing: wait until it ends, then try again"
