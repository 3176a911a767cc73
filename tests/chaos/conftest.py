"""The tiny shop, run once without any trouble: what all runs in trouble are held against."""

from __future__ import annotations

import pickle
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from pyspark.sql import SparkSession

from lakehouse.failpoints import installed
from lakehouse.pipeline import load_jobs, run_job
from lakehouse.settings import State
from lakehouse.warehouse import publish
from lakehouse.warehouse.export import export_changes
from lakehouse.warehouse.load import Export
from tests.chaos.contents import Contents, contents
from tests.chaos.delivery import OPTIONS, deliver, state_in
from tests.chaos.faults import Place, places
from tests.chaos.replay import Replay

JOBS = [job.name for job in load_jobs()]
DELIVERIES = (1, 2)


@dataclass
class Undisturbed:
    """Both deliveries: what they left, the places that each job passed, and what was exported to the warehouse."""

    state: State
    left: dict[int, Contents] = field(default_factory=dict)
    passed: dict[tuple[int, str], list[Place]] = field(default_factory=dict)
    exported: dict[int, dict[str, Export]] = field(default_factory=dict)

    def new_places(self, delivery: int, job: str, leaving_out: Iterable[Place]) -> list[Place]:
        """Places of a job that it has not passed in the same way with the delivery before."""
        known = set(self.passed.get((delivery - 1, job), ()))
        left_out = {(place.event, place.time) for place in leaving_out}
        passed = self.passed[delivery, job]
        return [place for place in passed if place not in known and (place.event, place.time) not in left_out]


@pytest.fixture(scope="session")
def undisturbed(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Undisturbed:
    """Made once, also where several processes share the tests."""
    if worker_id == "master":
        return run_undisturbed(spark, tmp_path_factory.mktemp("undisturbed"))
    folder = tmp_path_factory.getbasetemp().parent / "undisturbed"
    with FileLock(f"{folder}.lock"):
        told = folder / "told"
        if not told.exists():
            folder.mkdir()
            told.write_bytes(pickle.dumps(run_undisturbed(spark, folder)))
        made: Undisturbed = pickle.loads(told.read_bytes())  # noqa: S301
    return made


def run_undisturbed(spark: SparkSession, folder: Path) -> Undisturbed:
    """Both deliveries in a new state."""
    run = Undisturbed(state_in(folder, folder / "landing"))
    run.state.home.mkdir()
    for delivery in DELIVERIES:
        deliver(run.state.landing, delivery)
        run_delivery(spark, run, delivery)
        run.left[delivery] = contents(run.state)
    return run


def run_delivery(spark: SparkSession, run: Undisturbed, delivery: int) -> None:
    """Run all jobs, noting the places that they pass and what they export."""
    run.exported[delivery] = dict(run.exported.get(delivery - 1, {}))
    with pytest.MonkeyPatch.context() as patched:
        note_exports(patched, run.exported[delivery])
        for job in JOBS:
            events: list[str] = []
            with installed(events.append):
                run_job(spark, job, run.state, OPTIONS, f"undisturbed-{delivery}")
            run.passed[delivery, job] = places(events)


def note_exports(patched: pytest.MonkeyPatch, exported: dict[str, Export]) -> None:
    """Keep what is exported, by table."""

    def noted(*arguments: Any) -> Export | None:
        export = export_changes(*arguments)
        if export:
            exported[export.table.name] = export
        return export

    patched.setattr(publish, "export_changes", noted)


@pytest.fixture(scope="session")
def loading(undisturbed: Undisturbed, tmp_path_factory: pytest.TempPathFactory) -> dict[int, list[Place]]:
    """The places that loading and merging each delivery passes."""
    home, passed = tmp_path_factory.mktemp("replay") / "home", {}
    for delivery in DELIVERIES:
        events: list[str] = []
        with installed(events.append):
            Replay.beside(undisturbed.state, home, undisturbed.exported[delivery]).run()
        passed[delivery] = places(events)
    return passed
