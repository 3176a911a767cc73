"""One file, one writer: who comes second waits, and is then told who is there."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from lakehouse.errors import BusyError, UsageError
from lakehouse.warehouse import embedded

HOLD = """
import sys
from pathlib import Path
from lakehouse.warehouse import embedded
connection = embedded.connect(Path(sys.argv[1]), read_only=sys.argv[2] == "read")
print("open", flush=True)
sys.stdin.readline()
connection.close()
"""

DIE = """
import os, signal, sys
from pathlib import Path
from lakehouse.warehouse import embedded
cursor = embedded.connect(Path(sys.argv[1])).cursor()
cursor.execute("create database SHOP")
cursor.execute("create table SHOP.PUBLIC.T (NAME varchar(3) comment 'a name')")
cursor.execute("insert into SHOP.PUBLIC.T values ('abc')")
cursor.execute("begin transaction")
cursor.execute("insert into SHOP.PUBLIC.T values ('xyz')")
os.kill(os.getpid(), signal.SIGKILL)
"""


@contextmanager
def another_process(path: Path, mode: str) -> Iterator[subprocess.Popen[str]]:
    """A process that holds the file open."""
    command = [sys.executable, "-c", HOLD, str(path), mode]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "open\n"
        yield process
        process.communicate("\n")


@pytest.fixture
def closed(connection: embedded.Connection, path: Path) -> Path:
    connection.execute_string("create table T (A int); insert into T values (1)")
    connection.close()
    return path


@pytest.mark.parametrize("read_only", [True, False])
def test_writer_in_another_process_makes_it_busy(closed: Path, read_only: bool) -> None:
    with another_process(closed, "write") as process:
        with pytest.raises(BusyError, match=f"process {process.pid}.*wait") as raised:
            embedded.connect(closed, read_only=read_only, timeout_seconds=0.2)
        assert str(closed) in str(raised.value)


def test_it_waits_for_a_writer_that_ends_in_time(closed: Path) -> None:
    with another_process(closed, "write") as process:
        assert process.stdin
        process.stdin.write("\n")
        process.stdin.flush()
        embedded.connect(closed, timeout_seconds=10).close()


def test_readers_share_the_file(closed: Path) -> None:
    with another_process(closed, "read"):
        connection = embedded.connect(closed, read_only=True)
        assert connection.cursor().execute("select A from SHOP.SALES.T").fetchall() == [(1,)]
        connection.close()


def test_reader_cannot_write(closed: Path) -> None:
    connection = embedded.connect(closed, read_only=True)
    with pytest.raises(embedded.ProgrammingError, match="only reads"):
        connection.cursor().execute("insert into SHOP.SALES.T values (2)")
    with pytest.raises(BusyError, match="open for reading"):
        embedded.connect(closed)
    connection.close()


def test_reader_beside_a_writer_in_one_process_stays_a_reader(connection: embedded.Connection, path: Path) -> None:
    reader = embedded.connect(path, read_only=True)
    connection.execute_string("create table T (A int); insert into T values (1)")
    assert reader.cursor().execute("select A from SHOP.SALES.T").fetchall() == [(1,)]
    with pytest.raises(embedded.ProgrammingError, match="only reads"):
        reader.cursor().execute("delete from SHOP.SALES.T")
    reader.close()


def test_killed_writer_leaves_nothing_half_done(closed: Path) -> None:
    script = HOLD.replace('print("open"', 'connection.execute_string("begin; delete from SHOP.SALES.T"); print("open"')
    with subprocess.Popen([sys.executable, "-c", script, str(closed), "write"], stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"open\n"
        process.kill()
    for read_only in (True, False):
        connection = embedded.connect(closed, read_only=read_only)
        assert connection.cursor().execute("select A from SHOP.SALES.T").fetchall() == [(1,)]
        connection.close()


def test_there_is_nothing_to_read_before_the_first_publish(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="publish"):
        embedded.connect(tmp_path / "none.duckdb", read_only=True)


def test_file_of_another_kind_is_named(tmp_path: Path) -> None:
    other = tmp_path / "notes.txt"
    other.write_text("not a database" * 1000)
    with pytest.raises(UsageError, match=r"notes\.txt"):
        embedded.connect(other)


def test_everything_survives_closing(closed: Path) -> None:
    connection = embedded.connect(closed)
    assert connection.cursor().execute("show tables in schema SHOP.SALES").fetchall()[0][0] == "T"
    connection.close()
    connection.close()
    with pytest.raises(embedded.InterfaceError, match="closed"):
        connection.cursor()


def test_warehouse_whose_process_was_killed_opens_again_with_what_it_had_committed(path: Path) -> None:
    """Comments on columns of a table that has a CHECK, which VARCHAR(3) is, cannot be played back everywhere."""
    died = subprocess.run([sys.executable, "-c", DIE, str(path)], capture_output=True, text=True, check=False)
    assert died.returncode == -signal.SIGKILL, died.stderr
    with closing(embedded.connect(path)) as connection:
        assert connection.cursor().execute("select NAME from SHOP.PUBLIC.T").fetchall() == [("abc",)]
        with pytest.raises(embedded.errors.Error, match="too long"):
            connection.cursor().execute("insert into SHOP.PUBLIC.T values ('abcd')")
