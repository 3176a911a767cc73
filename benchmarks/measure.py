"""The one way of measuring: a command in a process of its own, with all that it starts, beside its contenders."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import psutil

SAMPLE_SECONDS = 0.1


class CommandFailed(Exception):
    """A measured command ended with another exit code than 0; the message ends with what it wrote."""


@dataclass(frozen=True)
class Sample:
    """The process tree at one moment: seconds since the epoch, bytes resident, CPU seconds of those still running."""

    at: float
    resident: int
    cpu_seconds: float


@dataclass(frozen=True)
class Measurement:
    """One run of a command.

    Attributes:
        wall_seconds: from its start to its end.
        cpu_seconds: user and system time of the process and of all that it started and waited for.
        peak_bytes: the most that its processes had resident together.
        output: what it wrote on standard output.
        samples: the process tree over time.
    """

    wall_seconds: float
    cpu_seconds: float
    peak_bytes: int
    output: str = ""
    samples: tuple[Sample, ...] = field(default=(), repr=False)

    def cpu_between(self, start: float, end: float) -> float:
        """CPU seconds spent between two moments (seconds since the epoch), to a tenth of a second."""
        before = max((s.cpu_seconds for s in self.samples if s.at <= start), default=0.0)
        return max((s.cpu_seconds for s in self.samples if s.at <= end), default=0.0) - before

    def figures(self) -> dict[str, Any]:
        """The numbers alone, as they are kept."""
        return {
            "wall_seconds": round(self.wall_seconds, 2),
            "cpu_seconds": round(self.cpu_seconds, 2),
            "peak_bytes": self.peak_bytes,
        }


@dataclass(frozen=True)
class Contender:
    """One of several that are measured beside each other: its command, and what must be done before each run."""

    command: Sequence[str]
    prepare: Callable[[], None] = lambda: None
    environment: Mapping[str, str] = field(default_factory=dict)


def measure(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Measurement:
    """Run a command to its end.

    Raises:
        CommandFailed: it did not end well.
    """
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        started = time.monotonic()
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=errors, env={**os.environ, **(environment or {})}
        )
        samples: list[Sample] = []
        sampler = threading.Thread(target=_sample, args=(process.pid, samples))
        sampler.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        sampler.join()
        if process.returncode:
            raise CommandFailed(f"{' '.join(command)} ended with {process.returncode}:\n{_end_of(errors)}")
        # The kernel knows the peak of the largest process exactly; between samples the whole tree's may be missed.
        peak = max([usage.ru_maxrss * 1024, *(s.resident for s in samples)])
        return Measurement(wall, usage.ru_utime + usage.ru_stime, peak, _end_of(output), tuple(samples))


def _end_of(stream: Any) -> str:
    size = stream.seek(0, os.SEEK_END)
    stream.seek(max(0, size - 100_000))
    return str(stream.read().decode(errors="replace"))


def _sample(pid: int, samples: list[Sample]) -> None:
    with suppress(psutil.NoSuchProcess):
        root = psutil.Process(pid)
        while root.status() != psutil.STATUS_ZOMBIE:
            samples.append(_tree(root))
            time.sleep(SAMPLE_SECONDS)


def _tree(root: psutil.Process) -> Sample:
    resident: dict[int, int] = {}
    cpu = 0.0
    for process in (root, *root.children(recursive=True)):
        with suppress(psutil.Error):
            times, memory = process.cpu_times(), process.memory_info()
            cpu += times.user + times.system
            # A process that the JVM is about to start shows the JVM's own memory once more: of equal sizes one counts.
            resident[memory.vms] = memory.rss
    return Sample(time.time(), sum(resident.values()), cpu)


def side_by_side(contenders: Mapping[str, Contender], runs: int) -> dict[str, list[Measurement]]:
    """Measure each contender `runs` times, one after the other, in the opposite order every second time."""
    measured: dict[str, list[Measurement]] = {name: [] for name in contenders}
    for run in range(runs):
        for name in list(contenders)[:: 1 if run % 2 == 0 else -1]:
            contender = contenders[name]
            contender.prepare()
            measured[name].append(measure(contender.command, contender.environment))
    return measured


def medians(measured: Iterable[Measurement]) -> dict[str, Any]:
    """The median of each number over several runs, and how many runs there were."""
    figures = [measurement.figures() for measurement in measured]
    return {**{name: median(f[name] for f in figures) for name in figures[0]}, "runs": len(figures)}


def lakehouse(*arguments: str) -> list[str]:
    """The command line of `lakehouse`, run by this Python."""
    return [*python("-c", "from lakehouse.cli import main; main()"), *arguments]


def python(*arguments: str) -> list[str]:
    """A command of this Python."""
    return [sys.executable, *arguments]
