"""The local AWS as a detached process: started once, found again by what it wrote down, ended without a trace."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from filelock import FileLock

from lakehouse.errors import BusyError, EnvironmentProblem, LakehouseError
from lakehouse.settings import ROOT
from lakehouse.standins.environment import LOOPBACK, process_environment

HEALTH = "/_lakehouse/health"
JOB_RUN = "/_lakehouse/glue/job-run"
WORKFLOW_RUN = "/_lakehouse/glue/workflow-run"

USUAL_PORT = 4566
"""LocalStack's, too: what is set up for the one works with the other."""
STARTING = 120.0
"""Seconds that a start may take: moto's import alone takes some on a busy machine."""
STOPPING = 20.0
PAUSE = 0.05


@dataclass(frozen=True)
class Running:
    """A local AWS that answers."""

    pid: int
    port: int
    moto: str

    @property
    def url(self) -> str:
        """What AWS_ENDPOINT_URL is to say."""
        return f"http://{LOOPBACK}:{self.port}"


def aws_folder(home: Path | None = None) -> Path:
    """Where the local AWS keeps its files: below the folder named, LAKEHOUSE_HOME, or the project's state folder."""
    return (home or Path(os.environ.get("LAKEHOUSE_HOME") or ROOT)) / "aws"


def record_file(folder: Path) -> Path:
    """Where the server writes its process and port."""
    return folder / "server.json"


def log_file(folder: Path) -> Path:
    """Where the server writes what goes wrong in it."""
    return folder / "server.log"


def start(folder: Path, port: int | None = None, *, enforce_iam: bool = False) -> tuple[Running, bool]:
    """Start the local AWS, unless it runs already.

    Args:
        port: on loopback; 0 takes a free one, None the usual one or that on which it runs already.
        enforce_iam: judge requests of IAM users and roles by their policies.

    Returns:
        The server, and whether this call started it.

    Raises:
        BusyError: it runs on another port, or another program has the port.
        EnvironmentProblem: the folder cannot be written, or the server does not start.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise EnvironmentProblem(f"The folder {folder} cannot be written ({error.strerror}).") from error
    with FileLock(folder / "start.lock"):
        found = find(folder)
        if found is not None:
            return _same(found, port), False
        port = USUAL_PORT if port is None else port
        _require_free(port)
        return _started(folder, port, enforce_iam=enforce_iam), True


def _same(found: Running, port: int | None) -> Running:
    if port not in (None, 0, found.port):
        raise BusyError(
            f"The local AWS runs already, on port {found.port}: `lakehouse aws down` ends it and all that is in it."
        )
    return found


def _require_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except (OSError, OverflowError) as error:
            raise BusyError(
                f"Port {port} cannot be had on {LOOPBACK} ({error}). If another program uses it, such as a LocalStack, "
                "end that or take another port: `lakehouse aws up --port 0` finds a free one."
            ) from error


def _started(folder: Path, port: int, *, enforce_iam: bool) -> Running:
    command = [sys.executable, "-m", "lakehouse.standins.server", "--port", str(port), "--folder", str(folder)]
    # Requests that moto makes to itself are to go to no proxy, nor with anybody's keys.
    environment = process_environment(f"http://{LOOPBACK}:{port}")
    with log_file(folder).open("ab") as log:
        process = subprocess.Popen(  # noqa: S603
            [*command, "--enforce-iam"] if enforce_iam else command,
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment, start_new_session=True,
        )  # fmt: skip
    deadline = time.monotonic() + STARTING
    while process.poll() is None and time.monotonic() < deadline:
        found = find(folder)
        if found is not None:
            return found
        time.sleep(PAUSE)
    process.kill()
    last = log_file(folder).read_text(errors="replace").strip()[-1500:]
    raise EnvironmentProblem(f"The local AWS did not start. The end of {log_file(folder)}:\n{last}")


def find(folder: Path) -> Running | None:
    """The local AWS of that folder, or None where none answers."""
    recorded = _recorded(folder)
    if recorded is None:
        return None
    pid, port = recorded
    try:
        health = ask(f"http://{LOOPBACK}:{port}", HEALTH)
    except (OSError, HTTPException, ValueError, LakehouseError):
        return None
    return Running(pid, port, health["moto"]) if health.get("pid") == pid else None


def _recorded(folder: Path) -> tuple[int, int] | None:
    try:
        content = json.loads(record_file(folder).read_text())
        return int(content["pid"]), int(content["port"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def ask(url: str, path: str, content: dict[str, Any] | None = None) -> dict[str, Any]:
    """Send JSON to one of the server's own paths and read its answer.

    Raises:
        OSError, HTTPException: nothing answers there. ValueError: something else does.
        LakehouseError: it refuses what was sent.
    """
    address = urlsplit(url)
    connection = HTTPConnection(address.hostname or LOOPBACK, address.port, timeout=10)
    try:
        connection.request("POST", path, body=json.dumps(content or {}))
        answer = connection.getresponse()
        read = json.loads(answer.read())
    finally:
        connection.close()
    if answer.status != 200 or not isinstance(read, dict):
        raise LakehouseError(f"The local AWS refused {path}: {read}")
    return read


def stop(folder: Path) -> bool:
    """End the local AWS and remove its folder: all that was in it is gone.

    Returns:
        Whether there was one.
    """
    recorded = _recorded(folder)
    alive = recorded is not None and (find(folder) is not None or _is_server(recorded[0]))
    if recorded is not None and alive:
        _end(recorded[0])
    shutil.rmtree(folder, ignore_errors=True)
    if folder.parent == ROOT:  # made for this alone, if nothing else is in it
        with suppress(OSError):
            ROOT.rmdir()
    return alive


def _end(pid: int) -> None:
    for sign, patience in ((signal.SIGTERM, STOPPING), (signal.SIGKILL, STOPPING)):
        try:
            os.kill(pid, sign)
        except ProcessLookupError:
            return
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if _has_ended(pid):
                return
            time.sleep(PAUSE)
    raise LakehouseError(f"The local AWS (process {pid}) does not end, not even by SIGKILL.")


def _has_ended(pid: int) -> bool:
    with suppress(ChildProcessError):  # a child of this very process stays in the list until it is asked for
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def _is_server(pid: int) -> bool:
    """Whether that process is still a local AWS: after a crash the id may be another program's."""
    return "lakehouse.standins.server" in command_of(pid)


def command_of(pid: int) -> str:
    """The command line of a process, empty where it has ended."""
    try:
        if Path("/proc/self").exists():
            return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
        asked = subprocess.run(["ps", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=False)  # noqa: S603, S607
    except OSError:
        return ""
    return asked.stdout
