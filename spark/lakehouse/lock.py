"""One run at a time on one state, also while the JVM of a killed run lives on."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from lakehouse.atomic import replace_file
from lakehouse.errors import BusyError, EnvironmentProblem


class RunLock:
    """Held while a run writes. The file beside it names the processes, for the message and for a killed run's JVM."""

    def __init__(self, home: Path) -> None:
        self._holder = home / "run.json"

    def name(self, jvm: int | None = None) -> None:
        """Note the processes that write: this one, and the JVM once it is there."""
        replace_file(self._holder, json.dumps({"pid": os.getpid(), "jvm": jvm}))

    def holder(self) -> dict[str, int | None]:
        """The processes of the run that holds the lock, or held it last."""
        try:
            content: dict[str, int | None] = json.loads(self._holder.read_text())
        except (OSError, ValueError):
            return {}
        return content


@contextmanager
def run_lock(home: Path) -> Iterator[RunLock]:
    """Hold the state's lock.

    Raises:
        BusyError: another run holds it, or the JVM of a killed run still lives.
        EnvironmentProblem: the folder cannot be written.
    """
    lock, held = RunLock(home), FileLock(home / "run.lock", timeout=0)
    _acquire(lock, held, home)
    try:
        yield lock
        lock.name()
    finally:
        held.release()


def _acquire(lock: RunLock, held: FileLock, home: Path) -> None:
    try:
        home.mkdir(parents=True, exist_ok=True)
        held.acquire()
        jvm = lock.holder().get("jvm")
        if jvm and is_java(jvm):
            held.release()
            raise BusyError(
                f"The Spark of a run that was killed (process {jvm}) still works on {home}. "
                "It ends by itself within seconds: run again then."
            )
        lock.name()
    except Timeout as error:
        pid = lock.holder().get("pid")
        raise BusyError(
            f"Another run (process {pid}) is at work on {home}. Wait until it ends, or use another state with --home."
        ) from error
    except OSError as error:
        raise EnvironmentProblem(
            f"The state folder {home} cannot be written ({error.strerror}). "
            "Name another one with --home or LAKEHOUSE_HOME."
        ) from error


def is_java(pid: int) -> bool:
    """Whether a process of that id is there and is a Java."""
    try:
        os.kill(pid, 0)
        return b"java" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except FileNotFoundError:  # no /proc here: a process of that id is all that can be known
        return True
    except OSError:
        return False
