"""One run at a time on one state."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lakehouse.errors import BusyError, EnvironmentProblem
from lakehouse.lock import run_lock

HOLD = """
import sys
from pathlib import Path
from lakehouse.lock import run_lock
with run_lock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def other_run(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the lock on the state in tmp_path."""
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


@pytest.fixture
def orphaned_jvm() -> Iterator[int]:
    """A process that looks like the JVM of a killed run."""
    command = [sys.executable, "-c", "input(1)", "java"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.read(1) == b"1"
        yield process.pid
        process.kill()


def test_second_run_is_refused_at_once_and_told_who_holds_the_state(
    tmp_path: Path, other_run: subprocess.Popen[str]
) -> None:
    with (
        pytest.raises(BusyError, match=rf"Another run \(process {other_run.pid}\) is at work on {tmp_path}"),
        run_lock(tmp_path),
    ):
        pytest.fail("two runs at once")


def test_killed_run_leaves_the_state_free(tmp_path: Path, other_run: subprocess.Popen[str]) -> None:
    other_run.kill()
    other_run.wait()
    with run_lock(tmp_path) as lock:
        assert lock.holder()["pid"] != other_run.pid


def test_run_waits_for_the_jvm_of_a_killed_run_to_end(tmp_path: Path, orphaned_jvm: int) -> None:
    (tmp_path / "run.json").write_text(json.dumps({"pid": 1, "jvm": orphaned_jvm}))
    for _ in range(2):
        with pytest.raises(BusyError, match=rf"process {orphaned_jvm}\) still works"), run_lock(tmp_path):
            pytest.fail("two writers at once")


def test_id_of_a_jvm_that_has_ended_holds_nobody_up(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "", "java"]) as ended:
        ended.wait()
    (tmp_path / "run.json").write_text(json.dumps({"pid": 1, "jvm": ended.pid}))
    with run_lock(tmp_path) as lock:
        assert lock.holder()["jvm"] is None


def test_lock_is_free_after_a_run_that_failed(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="the run failed"), run_lock(tmp_path):
        raise ValueError("the run failed")
    with run_lock(tmp_path):
        pass


def test_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(EnvironmentProblem, match=r"file/state cannot be written.*--home"),
        run_lock(tmp_path / "file/state"),
    ):
        pytest.fail("no folder to write to")


def test_trouble_of_the_run_itself_is_not_blamed_on_the_state_folder(tmp_path: Path) -> None:
    with pytest.raises(PermissionError, match=r"orders\.csv"), run_lock(tmp_path):
        raise PermissionError(13, "Permission denied", "orders.csv")
