"""One job's process: started with a log, ended with all its children when its time is over, and why it failed."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from lakehouse.standins.glue.progress import FAILED, STOPPED, SUCCEEDED, TIMEOUT

GRACE = 5.0
"""Seconds between asking a process to end and ending it."""
TRACEBACK = "Traceback (most recent call last):"
PLACE = re.compile(r'  File "([^"]+)", line (\d+)')


def scratch_environment(folder: Path) -> dict[str, str]:
    """Variables that keep temporary files in a folder, so that a process that is killed leaves none behind.

    Python goes by TMPDIR, Spark and S3A by variables of their own; the JVM by a property, which is not set here: it
    would say so in every log.
    """
    return dict.fromkeys(("TMPDIR", "SPARK_LOCAL_DIRS", "LOCAL_DIRS"), str(folder.resolve()))


class JobProcess:
    """A job's process, the leader of a group of its own, so that its JVM ends with it."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        self._stopped = threading.Event()
        with log.open("ab") as output:
            self._process = subprocess.Popen(  # noqa: S603
                command, env=dict(environment), stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                cwd=log.parent, start_new_session=True,
            )  # fmt: skip

    @property
    def pid(self) -> int:
        """Process id, and id of the group."""
        return self._process.pid

    def wait(self, seconds: float) -> str:
        """Wait for the end, at most so long; the state that Glue would give the run."""
        try:
            code = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.end()
            return TIMEOUT
        end_group(self.pid)  # a child that outlives its job would hold the table's files
        if self._stopped.is_set():
            return STOPPED
        return SUCCEEDED if code == 0 else FAILED

    def stop(self) -> None:
        """End it from another thread, as StopJobRun does."""
        self._stopped.set()
        self.end()

    def end(self) -> None:
        """End the process and its children, by force where asking does not help."""
        end_group(self.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(GRACE)
        end_group(self.pid)
        self._process.wait()


def end_group(leader: int, sign: signal.Signals = signal.SIGKILL) -> None:
    """Send a signal to all processes of a group; nothing where there are none any more."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, sign)


def error_message(log: str) -> str:
    """The line that says what went wrong: that of the last Python error with its place, else the last words."""
    _, found, trace = log.rpartition(TRACEBACK)
    lines = [line for line in trace.splitlines() if line.strip()] if found else []
    error = next((number for number, line in enumerate(lines) if not line.startswith(" ")), None)
    if error is None:
        return " ".join(line.strip() for line in log.splitlines()[-3:] if line.strip())[:1000] or "no output"
    places = [place for line in lines[:error] if (place := PLACE.match(line))]
    where = f" ({Path(places[-1].group(1)).name}, line {places[-1].group(2)})" if places else ""
    java = lines[error + 1] if lines[error + 1 : error + 2] and lines[error + 1].startswith(":") else ""
    return f"{lines[error]}{java}"[:1000] + where
