"""A measured `lakehouse run`: where its seconds and its CPU went, job by job."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.measure import Measurement
from lakehouse.pipeline import load_jobs
from lakehouse.settings import open_state
from lakehouse.uptodate import last_runs

REST = "start and end"
"""What is of no job: Python's imports, the session's start and its end."""


def jobs_without(*names: str) -> list[str]:
    """All jobs of a run but these, in order."""
    return [job.name for job in load_jobs() if job.name not in names]


def without(*names: str) -> list[str]:
    """The options of a run that leaves these jobs out."""
    return [f"--job={job}" for job in jobs_without(*names)]


def steps(home: Path, measured: Measurement) -> dict[str, dict[str, float]]:
    """Wall and CPU seconds of each job of the last run, in order, and of the rest.

    Args:
        home: state that was run.
        measured: that run.
    """
    runs = last_runs(open_state(home))
    found = {job.name: _step(runs[job.name], measured) for job in load_jobs() if job.name in runs}
    whole = {"wall_seconds": measured.wall_seconds, "cpu_seconds": measured.cpu_seconds}
    rest = {name: round(total - sum(step[name] for step in found.values()), 2) for name, total in whole.items()}
    return {REST: rest, **found}


def _step(run: dict[str, Any], measured: Measurement) -> dict[str, float]:
    cpu = measured.cpu_between(_epoch(run["started_at"]), _epoch(run["finished_at"]))
    return {"wall_seconds": round(run["seconds"], 2), "cpu_seconds": round(cpu, 2)}


def _epoch(moment: datetime) -> float:
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
