"""The command that keeps a lake small and quick to read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lakehouse.cli.options import Home
from lakehouse.cli.present import errors, print_table
from lakehouse.errors import UsageError
from lakehouse.failures import told_in_one_line
from lakehouse.jobs import maintain_lake
from lakehouse.lock import run_lock
from lakehouse.model import TABLES
from lakehouse.pipeline import new_run_id
from lakehouse.session import jvm_pid, session
from lakehouse.settings import State, open_state

Sizes = dict[str, float]
"""Megabytes by table."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(maintain)


def maintain(
    home: Home = None,
    keep_days: Annotated[
        int,
        typer.Option(
            min=maintain_lake.LEAST_DAYS,
            help="Days for which files that only old versions have are kept. What a job has not read yet stays in "
            "any case.",
        ),
    ] = maintain_lake.KEEP_DAYS,
) -> None:
    """Join the lake's small files, and remove files of old versions: once a week, where runs are by the hour.

    Rows stay as they are.
    """
    state = open_state(home)
    if not state.lake.is_dir():
        raise UsageError(f"There is no lake in {state.home} yet: `lakehouse run` comes first.")
    joined, before, after = _maintain(state, keep_days)
    rows = [(name, files, round(before[name], 1), round(after[name], 1)) for name, files in joined.items()]
    rows.append(("all", sum(joined.values()), round(sum(before.values()), 1), round(sum(after.values()), 1)))
    print_table("", ("table", "files joined", "MB before", "MB after"), rows)
    if any(joined.values()):
        errors.print("The next `lakehouse run` notes the new versions, and finds no new rows in them.", highlight=False)


def _maintain(state: State, keep_days: int) -> tuple[dict[str, int], Sizes, Sizes]:
    """Files joined, by table; what the tables took before and take now."""
    config = maintain_lake.Config(str(state.lake.resolve()), new_run_id(), keep_days)
    go_on = f"`lakehouse maintain` goes on from there. Spark's log is {state.spark_log}."
    with run_lock(state.locked) as lock, session(log_file=state.spark_log) as spark:
        lock.name(jvm_pid(spark))
        before = _sizes(state)  # with the lock, or a run may remove a file that is being looked at
        with told_in_one_line(maintain_lake.JOB, go_on):
            joined = maintain_lake.run(spark, config)
        return joined, before, _sizes(state)


def _sizes(state: State) -> Sizes:
    """What each table takes on disk, its log included."""
    return {table.name: _megabytes(state.lake / table.name.replace(".", "/")) for table in TABLES}


def _megabytes(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6
