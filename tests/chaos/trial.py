"""A real run that is killed, the run after it, and what the two leave."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from unittest.mock import patch

from lakehouse import pipeline
from lakehouse.errors import BusyError
from lakehouse.pipeline import Options, load_jobs, run_pipeline
from lakehouse.session import start_session, stop_session
from lakehouse.settings import State
from tests.chaos.contents import Contents, contents, differences
from tests.chaos.watched import Death

ROOT = Path(__file__).parents[2]
LONGEST_RUN_SECONDS = 1800
"""A run that takes longer hangs. Beside other work on a slow machine, a run of the tiny shop has taken minutes."""


@dataclass(frozen=True)
class Phase:
    """A run of the tiny shop: what has landed, the state it starts from, and its options.

    `job`: it runs this job only, on what the jobs before it have left; the run after it runs all that are still due.
    """

    name: str
    landing: Path
    start: State | None = None
    options: Sequence[str] = ()
    job: str = ""

    @property
    def first_options(self) -> Sequence[str]:
        """The options of the run that is to be killed."""
        return (*self.options, "--job", self.job) if self.job else self.options


@dataclass(frozen=True)
class Baseline:
    """An undisturbed run of a phase: what it left, and the events of its failpoints."""

    phase: Phase
    state: State
    left: Contents = field(repr=False)
    events: tuple[str, ...] = field(repr=False)


def run_lakehouse(
    state: State, options: Sequence[str] = (), death: Death | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `lakehouse run` on the state in a process of its own; its failpoints go to events.log beside the state."""
    folder = state.home.parent
    command = [
        sys.executable, "-m", "tests.chaos.watched", str(folder / "events.log"), json.dumps(death and asdict(death)),
        "run", "--source", state.source, "--landing", str(state.landing), "--home", str(state.home),
        "--accept-quarantine", *options,
    ]  # fmt: skip
    paths = [str(ROOT), str(ROOT / "spark"), os.environ.get("PYTHONPATH", "")]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(paths), "NO_COLOR": "1"}
    environment.pop("LAKEHOUSE_HOME", None)
    return subprocess.run(
        command, cwd=folder, env=environment, start_new_session=True, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, check=False, timeout=LONGEST_RUN_SECONDS,
    )  # fmt: skip


Finish = Callable[[State, Sequence[str]], str]
"""Runs to the end, with these options; tells what went wrong, an empty text where the run ended well."""


def run_to_the_end(state: State, options: Sequence[str] = ()) -> str:
    """A Finish in a process of its own, which waits for a JVM that was left behind."""
    for _ in range(60):
        done = run_lakehouse(state, options)
        if done.returncode != BusyError.exit_code:
            break
        time.sleep(1)
    return f"exit code {done.returncode}: {done.stderr.strip()[-400:]}" if done.returncode else ""


@contextmanager
def finish_here() -> Iterator[Finish]:
    """A Finish in this process, whose runs share one session: it starts in no time, and whatever it needs is warm."""

    def finish(state: State, options: Sequence[str]) -> str:
        try:
            _run_once_free(state, Options(accept_quarantine=True, full_refresh="--full-refresh" in options))
        except Exception as error:  # whatever it is, it is this trial's outcome
            return f"{type(error).__name__}: {error}"
        finally:
            # Of every state Delta keeps what it has read for an hour, until the heap is full.
            spark._jvm.org.apache.spark.sql.delta.DeltaLog.clearCache()  # type: ignore[union-attr]
        return ""

    spark = start_session(few_rows=True)
    try:
        with (
            patch.object(pipeline, "start_session", lambda **_: spark),
            patch.object(pipeline, "stop_session", lambda _: None),
            patch.dict(os.environ, {"LAKEHOUSE_HOME": "set, so that no run remembers its state in this folder"}),
        ):
            yield finish
    finally:
        stop_session(spark)


def _run_once_free(state: State, options: Options) -> None:
    for _ in range(60):
        with suppress(BusyError):
            run_pipeline(state, options)
            return
        time.sleep(1)
    run_pipeline(state, options)


def undisturbed(phase: Phase, folder: Path) -> Baseline:
    """Run a phase without any trouble.

    Raises:
        RuntimeError: even so it failed.
    """
    state, events = _recorded(phase, folder)
    return Baseline(phase, state, contents(state), events)


def job_by_job(whole: Baseline, folder: Path) -> list[Baseline]:
    """The same phase in one run for each job: a death in the last job then need not wait for all jobs before it.

    Raises:
        RuntimeError: one failed, or they left something else than the one run.
    """
    baselines, state = [], whole.phase.start
    for job in (job.name for job in load_jobs()):
        phase = Phase(f"{whole.phase.name}, {job}", whole.phase.landing, state, job=job)
        state, events = _recorded(phase, folder / job)
        baselines.append(Baseline(phase, state, whole.left, events))
    if found := differences(whole.left, contents(baselines[-1].state)):
        raise RuntimeError(f"{whole.phase.name}: job by job something else is left than by one run: {found}")
    return baselines


def _recorded(phase: Phase, folder: Path) -> tuple[State, tuple[str, ...]]:
    state = begin(phase, folder)
    problem = run_to_the_end(state, phase.first_options)
    if problem:
        raise RuntimeError(f"{phase.name}: the undisturbed run failed: {problem}")
    return state, tuple((folder / "events.log").read_text().splitlines())


def begin(phase: Phase, folder: Path) -> State:
    """A copy of the state that a phase starts from, in a new folder."""
    folder.mkdir(parents=True)
    state = State(folder / "home", "softcart", phase.landing)
    if phase.start:
        shutil.copytree(phase.start.home, state.home)
    return state


@dataclass(frozen=True)
class Outcome:
    """How a trial ended: whether the run was killed before its end, and all that differs afterwards."""

    killed: bool
    differences: list[str]


def try_death(baseline: Baseline, death: Death, folder: Path, finish: Finish) -> Outcome:
    """Kill a run as told, run again to the end, and compare with the undisturbed run."""
    state = begin(baseline.phase, folder)
    first = run_lakehouse(state, baseline.phase.first_options, death)
    if first.returncode > 0:
        return Outcome(False, [f"the run failed before it was killed: {first.stderr.strip()[-400:]}"])
    problem = finish(state, baseline.phase.options)
    if problem:
        return Outcome(first.returncode < 0, [f"the run after it failed: {problem}"])
    return Outcome(first.returncode < 0, differences(baseline.left, contents(state)))
