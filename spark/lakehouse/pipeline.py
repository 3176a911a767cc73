"""The pipeline as glue_jobs/pipeline.yaml defines it, and a run of it in one local session."""

from __future__ import annotations

import importlib
import secrets
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

import yaml
from pyspark.sql import SparkSession

from lakehouse.errors import EnvironmentProblem, UsageError
from lakehouse.failpoints import state_change
from lakehouse.failures import told_in_one_line
from lakehouse.forecasting.store import local_store
from lakehouse.lock import RunLock, run_lock
from lakehouse.logs import bound, tell, telling
from lakehouse.session import jvm_pid, start_session, stop_session
from lakehouse.settings import State, project_file
from lakehouse.sources.landing import LARGE, SMALL, SMALL_HISTORY, Landing, list_landing
from lakehouse.uptodate import bytes_to_load, inputs_are_read, is_up_to_date, vanished_files


@dataclass(frozen=True)
class Job:
    """A job's entry in pipeline.yaml; the workers are AWS Glue's, `arguments` the options that it is given there."""

    name: str
    description: str
    after: tuple[str, ...] = ()
    worker_type: str = "G.1X"
    workers: int = 2
    timeout_minutes: int = 60
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True)
class Options:
    """What a run is asked to do beyond the ordinary."""

    jobs: tuple[str, ...] = ()
    full_refresh: bool = False
    retry_quarantine: bool = False
    accept_quarantine: bool = False


@dataclass
class RunReport:
    """What a run did: seconds and rows by job. `up_to_date` where nothing was to do."""

    run_id: str
    up_to_date: bool = False
    session_seconds: float = 0.0
    seconds: dict[str, float] = field(default_factory=dict)
    rows: dict[str, dict[str, int]] = field(default_factory=dict)


def load_jobs(path: Path | None = None) -> list[Job]:
    """The jobs that a run consists of, as pipeline.yaml has them, each behind those that it comes after.

    A job with a schedule of its own is none of them.

    Raises:
        UsageError: the file names an unknown job, or jobs wait for each other.
    """
    content = yaml.safe_load((path or project_file("glue_jobs/pipeline.yaml")).read_text())
    jobs = {name: _job(name, entry) for name, entry in content["jobs"].items() if "schedule" not in entry}
    unknown = {after for job in jobs.values() for after in job.after} - jobs.keys()
    if unknown:
        raise UsageError(f"pipeline.yaml: no job is called {', '.join(sorted(unknown))}")
    try:
        order = TopologicalSorter({job.name: job.after for job in jobs.values()}).static_order()
        return [jobs[name] for name in order]
    except CycleError as error:
        raise UsageError(f"pipeline.yaml: these jobs wait for each other: {' > '.join(error.args[1])}") from error


def _job(name: str, entry: Mapping[str, Any]) -> Job:
    size = {key: entry[key] for key in ("worker_type", "workers", "timeout_minutes") if key in entry}
    after, arguments = (tuple(entry.get(key, ())) for key in ("after", "arguments"))
    return Job(name, entry["description"], after, arguments=arguments, **size)


def chosen_jobs(names: Sequence[str]) -> list[Job]:
    """The jobs named, in the pipeline's order; all of them where none is named."""
    jobs = load_jobs()
    unknown = set(names) - {job.name for job in jobs}
    if unknown:
        raise UsageError(
            f"There is no job {', '.join(sorted(unknown))}. The jobs are {', '.join(j.name for j in jobs)}."
        )
    return [job for job in jobs if not names or job.name in names]


def new_run_id() -> str:
    """An id that sorts by time: 20261121T180000Z-3f9c."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"


def run_pipeline(
    state: State, options: Options, on_job: Callable[[str, str], None] = lambda job, event: None
) -> RunReport:
    """Run the pipeline on a state.

    Args:
        on_job: told `start` and `end` of `session` and of each job.

    Raises:
        LakehouseError: what a user can act on. What was written before stays, and the next run goes on from there.
    """
    jobs = chosen_jobs(options.jobs)
    report = RunReport(new_run_id())
    # A wrong folder is told at once, before it is remembered and before a session starts.
    landing = list_landing(state.storage, state.mapping().format)
    with run_lock(state.locked) as lock:
        state.save()
        _require_lake(state, options)
        if options == Options() and is_up_to_date(state, [job.name for job in jobs]):
            remove_leftovers(state)
            report.up_to_date = True
            tell("nothing to do", source=state.source, landing=str(state.landing))
            return report
        if options.full_refresh:
            _set_lake_aside(state)
        with bound(run_id=report.run_id, source=state.source), telling("run ended", landing=str(state.landing)):
            _run_jobs(state, landing, options, report, lock, on_job)
        remove_leftovers(state)
    return report


def _run_jobs(
    state: State,
    landing: Landing,
    options: Options,
    report: RunReport,
    lock: RunLock,
    on_job: Callable[[str, str], None],
) -> None:
    jobs = [job.name for job in chosen_jobs(options.jobs)]
    with _step(report, "session", on_job), telling("session started"):
        loads, large_history = bytes_to_load(state, landing, jobs), landing.size >= SMALL_HISTORY
        spark = start_session(
            log_file=state.spark_log,
            few_rows=loads < SMALL and (not large_history or inputs_are_read(state)),
            large_history=large_history,
            many_rows=loads >= LARGE,
        )
    try:
        lock.name(jvm_pid(spark))
        for job in jobs:
            with _step(report, job, on_job):
                report.rows[job] = run_job(spark, job, state, options, report.run_id)
    finally:
        stop_session(spark)


@contextmanager
def _step(report: RunReport, name: str, on_job: Callable[[str, str], None]) -> Iterator[None]:
    on_job(name, "start")
    started = time.monotonic()
    yield
    report.seconds[name] = time.monotonic() - started
    on_job(name, "end")


def run_job(spark: SparkSession, name: str, state: State, options: Options, run_id: str) -> dict[str, int]:
    """Run one job with its Config filled from the state and the options.

    Raises:
        LakehouseError: also where Spark failed.
    """
    module = importlib.import_module(f"lakehouse.jobs.{name}")
    values = job_arguments(state, options, run_id)
    config = module.Config(**{f.name: values[f.name] for f in fields(module.Config) if f.name in values})
    with told_in_one_line(name, go_on(state)):
        rows: dict[str, int] = module.run(spark, config)
    return rows


def go_on(state: State) -> str:
    """What to do after a failure, and where its whole story is."""
    return f"`lakehouse run` goes on from there. Spark's log is {state.spark_log}."


def job_arguments(state: State, options: Options, run_id: str) -> Mapping[str, Any]:
    """A value for every option that a job's Config may have."""
    return {
        "lake": str(state.lake.resolve()),
        "landing": str(state.landing),
        "source": state.source,
        "run_id": run_id,
        "exports": str(state.exports.resolve()),
        "warehouse": f"embedded:{state.warehouse.resolve()}",
        "tracking": local_store(state.home.resolve()),
        "migrations": str(project_file("snowflake/migrations")),
        "retry_quarantine": options.retry_quarantine,
        "accept_quarantine": options.accept_quarantine,
    }


def _require_lake(state: State, options: Options) -> None:
    """Refuse to make anew a lake that was there: its drive may be gone for a moment, and the old rows with it."""
    if not state.warehouse.is_file() or options.full_refresh or _lake_set_aside(state).exists():
        return
    if not any(state.lake.glob("*/*/_delta_log")):
        raise EnvironmentProblem(
            f"The lake {state.lake} is gone, although this state has published from it. Bring it back, such as by "
            "mounting its drive, and run again; or build it anew from landing with `lakehouse run --full-refresh`."
        )


def remove_leftovers(state: State) -> None:
    """Remove what a run that has ended well needs no more."""
    gone = state.home / "lake.removed"
    if _lake_set_aside(state).exists():
        # Out of the way at once: a lake half removed would pass for the one that a rebuild has to put back.
        with state_change("give up the lake set aside"):
            shutil.rmtree(gone, ignore_errors=True)
            _lake_set_aside(state).rename(gone)
    for done_with in (gone, state.exports):
        if done_with.exists():
            with state_change(f"remove {done_with.name}"):
                shutil.rmtree(done_with, ignore_errors=True)


def _lake_set_aside(state: State) -> Path:
    return state.home / "lake.before-refresh"


def _set_lake_aside(state: State) -> None:
    """Make room for a lake built anew; the old one goes when the new one stands."""
    aside = _lake_set_aside(state)
    if aside.exists():  # an earlier rebuild did not come to its end
        with state_change("remove lake"):
            shutil.rmtree(state.lake, ignore_errors=True)
        with state_change("put lake back"):
            aside.rename(state.lake)
    gone = vanished_files(state)
    if gone:
        raise UsageError(
            f"{len(gone)} file(s) that were loaded are no longer in {state.landing}, or no longer whole, such as "
            f"{gone[0]}: a rebuild from landing would lose their rows. Put them back first."
        )
    if state.lake.exists():
        with state_change("set lake aside"):
            state.lake.rename(aside)
