"""Disks that fill up, cannot be written or vanish: a run fails in one clear line, and goes on when they are back."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pyspark.sql import SparkSession

from lakehouse.errors import LakehouseError
from lakehouse.failpoints import installed
from lakehouse.pipeline import run_job
from lakehouse.settings import State
from tests.chaos.conftest import JOBS
from tests.chaos.contents import contents, differences
from tests.chaos.delivery import OPTIONS, deliver, state_in

if TYPE_CHECKING:
    from tests.chaos.conftest import Undisturbed

SIZE = 64 * 2**20
TO_THE_LAKE = (
    "before append bronze.order_lines_raw",
    "before append silver.order_lines",
    "before append gold.dim_product",
    "before append gold.fact_sales",
    "before append ops.ledger",
)
# While the warehouse is open, its disk cannot become read-only.
TO_THE_WAREHOUSE = ("before export gold.fact_sales", "before apply R__marts.sql")


class Disk:
    """A small file system of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(self) -> None:
        """Leave no byte free."""
        # Others write meanwhile: what was free a moment ago may not be any more.
        with (self.folder / "filler").open("wb", buffering=0) as filler, suppress(OSError):
            while filler.write(bytes(4096)):
                pass

    def free(self) -> None:
        """Give the space back."""
        (self.folder / "filler").unlink()

    def refuse(self) -> None:
        """Let nothing be written."""
        self._remount("ro")

    def allow(self) -> None:
        """Let it be written again."""
        self._remount("rw")

    def _remount(self, mode: str) -> None:
        subprocess.run(["mount", "-o", f"remount,{mode}", str(self.folder)], check=True)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode != 0:
        pytest.skip("a file system of its own can be mounted by root only")
    yield Disk(folder)
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


Trouble = tuple[Callable[[], None], Callable[[], None]]
"""What begins it and what ends it."""


def run_through(spark: SparkSession, state: State, trouble: Trouble, events: Iterable[str]) -> list[str]:
    """Run all jobs, in trouble from each event on until the run has failed; what the user was told."""
    begin, end = trouble
    waiting, told = set(events), []

    def make_trouble(event: str) -> None:
        if event in waiting:
            waiting.remove(event)
            begin()

    for job in JOBS:
        before = None
        while before != len(waiting):
            before = len(waiting)
            try:
                with installed(make_trouble):
                    run_job(spark, job, state, OPTIONS, "run")
            except LakehouseError as error:
                told.append(str(error))
            if before != len(waiting):
                end()
    return told


@pytest.mark.parametrize(
    ("trouble", "writes"),
    [("full", TO_THE_LAKE + TO_THE_WAREHOUSE), ("read-only", TO_THE_LAKE)],
    ids=lambda p: str(p)[:9],
)
def test_disk_that_cannot_be_written_fails_the_run_and_loses_nothing(
    spark: SparkSession,
    undisturbed: Undisturbed,
    disk: Disk,
    tmp_path: Path,
    trouble: str,
    writes: tuple[str, ...],
) -> None:
    state = state_in(disk.folder, tmp_path / "landing")
    state.home.mkdir()
    deliver(state.landing, 1)
    disk_in_trouble = (disk.fill, disk.free) if trouble == "full" else (disk.refuse, disk.allow)
    told = run_through(spark, state, disk_in_trouble, writes)
    assert len(told) == len(writes)
    assert [message for message in told if not re.search("No space left|Read-only file system", message)] == []
    assert differences(undisturbed.left[1], contents(state)) == []
