"""A fault at every place where state changes: the runs after it come to what a run without any trouble leaves."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import enumerate as threads
from typing import TYPE_CHECKING

from pyspark.sql import SparkSession

from lakehouse.failpoints import installed
from lakehouse.model import PUBLISHED
from lakehouse.pipeline import run_job
from lakehouse.settings import State
from tests.chaos.conftest import DELIVERIES, JOBS
from tests.chaos.contents import contents, differences
from tests.chaos.delivery import OPTIONS, deliver, state_in
from tests.chaos.faults import Faults, Place
from tests.chaos.replay import Replay

if TYPE_CHECKING:
    from tests.chaos.conftest import Undisturbed

JOB_DONE = "after append ops.job_runs"


def until_it_ends_well(run: Callable[[], object], at: Iterable[Place], end: str = "") -> list[Place]:
    """Run again and again, failing at each place once; the places that no run came past.

    Args:
        end: the event after which nothing is left to do, so that a run which failed there needs no other.
    """
    faults = Faults(at)
    while True:
        faults.new_attempt()
        try:
            with installed(faults):
                run()
        except Exception:
            if not faults.raised:
                raise
        finally:
            _wait_for_tasks()
        if not faults.raised or (not faults.pending and faults.raised[-1].event == end):
            return faults.pending


def _wait_for_tasks() -> None:
    for thread in threads():
        if thread.name.startswith("task "):
            thread.join()


@dataclass
class Chain:
    """One state whose runs fail at place after place."""

    spark: SparkSession
    state: State
    delivery: int = 0

    def copy(self, folder: Path) -> Chain:
        """The state as it is now, in another folder: Delta remembers what it read at a path."""
        copied = Chain(self.spark, state_in(folder, self.state.landing), self.delivery)
        shutil.copytree(self.state.home, copied.state.home)
        return copied

    def run(self, job: str) -> None:
        """Run one job."""
        run_job(self.spark, job, self.state, OPTIONS, f"run-{self.delivery}")


def test_fault_at_any_write_to_the_lake_changes_nothing_in_the_end(
    spark: SparkSession, undisturbed: Undisturbed, loading: dict[int, list[Place]], tmp_path: Path
) -> None:
    chain = Chain(spark, state_in(tmp_path / "chain", tmp_path / "landing"))
    chain.state.home.mkdir(parents=True)
    for chain.delivery in DELIVERIES:
        deliver(chain.state.landing, chain.delivery)
        for job in JOBS:
            at = undisturbed.new_places(chain.delivery, job, leaving_out=loading[chain.delivery])
            fail_everywhere(chain, job, at, tmp_path / f"{chain.delivery}-{job}")
        assert differences(undisturbed.left[chain.delivery], contents(chain.state)) == []


def fail_everywhere(chain: Chain, job: str, at: Iterable[Place], folder: Path) -> None:
    """Fail the job at each place, and end it well; places that this chain does not come past, in a further one."""
    before = chain.copy(folder / "before")
    left = until_it_ends_well(partial(chain.run, job), at, JOB_DONE)
    while left:
        further = before.copy(folder / f"without-{len(left)}")
        still_left = until_it_ends_well(partial(further.run, job), left, JOB_DONE)
        assert len(still_left) < len(left)
        assert differences(contents(chain.state), contents(further.state)) == []
        left = still_left


def test_fault_at_any_step_of_the_load_changes_nothing_in_the_end(
    undisturbed: Undisturbed, loading: dict[int, list[Place]], tmp_path: Path
) -> None:
    """Each table is loaded by itself: for a fault at the last of them, all others would have to be loaded again."""
    for delivery in DELIVERIES:
        left = loading[delivery]
        for table in PUBLISHED:
            replay = Replay.beside(undisturbed.state, tmp_path / "home", undisturbed.exported[delivery])
            left = until_it_ends_well(partial(replay.run, table), left)
        assert left == []
    found = differences(undisturbed.left[2], contents(replay.state))
    assert [text for text in found if "forecast" not in text] == []  # another job publishes the forecast
