"""A shop whose files a test lands and whose jobs it runs, all in the one session of the test suite."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from lakehouse.delta import Lake
from lakehouse.model import Table
from lakehouse.pipeline import Options, chosen_jobs, run_job
from lakehouse.settings import State

LAKE_JOBS = ("ingest_orders", "build_order_lines", "build_dimensions", "build_fact_sales", "build_daily_sales")


@dataclass
class Shop:
    """One source with a state of its own."""

    spark: SparkSession
    folder: Path
    source: str = "softcart"
    runs: int = field(default=0, init=False)

    @property
    def landing(self) -> Path:
        return self.folder / "landing"

    @property
    def state(self) -> State:
        # As somebody's own folder may be called.
        return State(self.folder / "l'état, à moi", self.source, self.landing)

    @property
    def lake(self) -> Lake:
        return Lake(self.spark, str(self.state.lake.resolve()))

    def land(self, name: str, *records: dict[str, Any] | str) -> Path:
        """Write a file of JSON lines; texts are written as they are."""
        path = self.landing / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join((r if isinstance(r, str) else json.dumps(r)) + "\n" for r in records))
        return path

    def run(self, *jobs: str, retry_quarantine: bool = False, accept_quarantine: bool = False) -> dict[str, int]:
        """Run the jobs of the lake, or those named; the rows that each table had written."""
        self.runs += 1
        self.state.home.mkdir(parents=True, exist_ok=True)
        options = Options((), False, retry_quarantine, accept_quarantine)
        rows: dict[str, int] = {}
        for job in chosen_jobs(jobs or LAKE_JOBS):
            rows |= run_job(self.spark, job.name, self.state, options, f"run-{self.runs:03d}")
        return rows

    def publish(self, *, accept_quarantine: bool = False) -> dict[str, int]:
        """Run the last job alone."""
        return self.run("publish_to_warehouse", accept_quarantine=accept_quarantine)

    def rows(self, table: Table, *columns: str, where: str = "true") -> list[tuple[Any, ...]]:
        """The rows of a table, in order."""
        found = self.lake.read(table).where(where).select(*(columns or table.column_names)).collect()
        return sorted((tuple(row) for row in found), key=str)

    def versions(self, *tables: Table) -> dict[str, tuple[str, int]]:
        """Id and version of each table."""
        return {table.name: (v.id, v.version) for table in tables for v in [self.lake.version(table)]}


OpenShop = Callable[..., Shop]
"""Makes a shop from its folder, and its source where that is not softcart."""


@pytest.fixture(scope="module")
def open_shop(spark: SparkSession) -> OpenShop:
    return partial(Shop, spark)


@pytest.fixture
def shop(open_shop: OpenShop, tmp_path: Path) -> Shop:
    return open_shop(tmp_path)


@pytest.fixture(scope="module")
def compiled_shop(compiled: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """A shop of the UCI Online Retail files, in the session as large landings have it."""
    return Shop(compiled, tmp_path_factory.mktemp("uci"), "uci_online_retail")
