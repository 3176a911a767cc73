"""The platform applied to a local AWS: events in, the deployed workflow run, verified, and all of it removed."""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lakehouse.errors import LakehouseError, LedgerError
from lakehouse.generator import generate
from lakehouse.generator.send import send
from lakehouse.settings import project_file
from lakehouse.standins.elsewhere import job_options, put_orders, run_jobs
from lakehouse.standins.environment import process_environment
from lakehouse.standins.glue.endpoint import Endpoint
from lakehouse.standins.glue.job_run import Settings
from lakehouse.standins.glue.runner import run_job, run_workflow
from lakehouse.standins.glue.spark_properties import spark_environment
from lakehouse.standins.local_aws import start, stop
from lakehouse.standins.terraform import Terraform

SOURCE, UPKEEP = "softcart", "maintain_lake"
LONGEST_DELIVERY_SECONDS = 300.0

OnStep = Callable[[str, float | None], None]
"""Told each step at its start, and its seconds at its end."""


@dataclass
class Rehearsal:
    """One rehearsal, in a folder of its own: the platform's state, the generated orders, logs and the warehouse.

    On a server `elsewhere`, which knows no Glue, orders are put into the bucket and the jobs run from pipeline.yaml.
    """

    folder: Path
    lines: int
    days: int
    on_step: OnStep
    driver_memory: str = "2g"
    elsewhere: Endpoint | None = None
    seconds: dict[str, float] = field(default_factory=dict)

    def run(self) -> dict[str, float]:
        """Rehearse everything; the seconds of each step.

        Raises:
            EnvironmentProblem: Terraform is not there.
            LakehouseError: a step failed. What was applied is gone: the local AWS is ended, and on a server elsewhere
                Terraform has removed it, as far as it could.
        """
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        before = dict(os.environ)
        with self._server() as url:
            os.environ.clear()
            os.environ.update(process_environment(url, before))
            try:
                self._on(url)
            finally:
                os.environ.clear()
                os.environ.update(before)
        return self.seconds

    def _server(self) -> AbstractContextManager[str]:
        return self._own_server() if self.elsewhere is None else nullcontext(self.elsewhere.url)

    @contextmanager
    def _own_server(self) -> Iterator[str]:
        with self._step("local AWS up"):
            server, _ = start(self.folder / "aws", 0, enforce_iam=True)
        try:
            yield server.url
        finally:
            stop(self.folder / "aws")

    def _on(self, url: str) -> None:
        with self._step("build the wheel"):
            wheel = self._wheel()
        terraform = Terraform(self.folder, self._variables(url, wheel))
        with self._step("terraform init"):
            terraform.init()
        with self._nothing_left(terraform):
            with self._step("terraform apply"):
                platform = terraform.apply()
            if self.elsewhere is None:
                self._by_glue(url, platform)
            else:
                self._without_glue(self.elsewhere, platform)
            with self._step("lakehouse verify"):
                self._verify(url, platform)
            with self._step("terraform plan finds nothing to do"):
                if terraform.would_change():
                    raise LakehouseError(f"A second plan would change something: see {self.folder / 'terraform.log'}.")
        with self._step("terraform destroy"):
            terraform.destroy()

    @contextmanager
    def _nothing_left(self, terraform: Terraform) -> Iterator[None]:
        """After a failure too: a server elsewhere outlives it, and the next rehearsal would find all names taken."""
        try:
            yield
        except BaseException:
            if self.elsewhere is not None:
                with suppress(LakehouseError):  # what failed before is what counts
                    terraform.destroy()
            raise

    def _by_glue(self, url: str, platform: dict[str, Any]) -> None:
        with self._step(f"{self.lines:,} events through Kinesis and Firehose"):
            self._send(url, platform)
        with self._step("the Glue workflow"):
            self._workflow(url, platform)
        with self._step("upkeep, under its own role"):
            self._upkeep(url, platform)

    def _without_glue(self, elsewhere: Endpoint, platform: dict[str, Any]) -> None:
        with self._step(f"{self.lines:,} events put into the landing bucket"):
            put_orders(elsewhere, self._orders(), platform["landing_url"])
        options = job_options(platform, SOURCE, f"embedded:{self._warehouse}", self._tracking)
        with self._step("the jobs of pipeline.yaml, for want of Glue"):
            for name, seconds in run_jobs(elsewhere, self.folder / "jobs", options, self.driver_memory):
                self._tell_job(name, seconds)

    @contextmanager
    def _step(self, name: str) -> Iterator[None]:
        self.on_step(name, None)
        began = time.monotonic()
        yield
        self.seconds[name] = time.monotonic() - began
        self.on_step(name, self.seconds[name])

    def _tell_job(self, job: str, seconds: float) -> None:
        self.seconds[f"  {job}"] = seconds
        self.on_step(f"  {job}", seconds)

    def _variables(self, url: str, wheel: Path) -> dict[str, str]:
        return {
            "endpoint": url,
            "glue_enabled": "true" if self.elsewhere is None else "false",
            "wheel": str(wheel),
            "warehouse": f"embedded:{self._warehouse}",
            "tracking": self._tracking,
            "buffer_seconds": "5",
            "lifecycle_rules": "false",  # Terraform waits a minute until it believes in them
        }

    @property
    def _warehouse(self) -> Path:
        return self.folder / "warehouse.duckdb"

    @property
    def _tracking(self) -> str:
        return f"sqlite:///{self.folder / 'mlflow.db'}"

    def _wheel(self) -> Path:
        command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(self.folder / "dist")]
        done = subprocess.run(command, cwd=project_file("."), capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode:
            raise LakehouseError(f"The wheel cannot be built: {done.stderr.strip()[-400:]}")
        return next((self.folder / "dist").glob("*.whl"))

    def _orders(self) -> Path:
        orders = self.folder / "orders"
        generate(orders, lines=self.lines, days=self.days, seed=1, changes=False)
        return orders

    def _send(self, url: str, platform: dict[str, Any]) -> None:
        """Put generated orders into the stream, and wait until Firehose has landed every one of them."""
        sent = send(self._orders(), platform["event_stream"])
        s3, bucket = Endpoint(url).client("s3"), platform["buckets"]["landing"]
        landed: dict[str, int] = {}
        deadline = time.monotonic() + LONGEST_DELIVERY_SECONDS
        while sum(landed.values()) < sent:
            if time.monotonic() > deadline:
                raise LakehouseError(f"Firehose has landed {sum(landed.values())} of {sent} events only.")
            time.sleep(1)
            for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
                for key in (found["Key"] for found in page.get("Contents", []) if found["Key"] not in landed):
                    landed[key] = _lines(s3.get_object(Bucket=bucket, Key=key)["Body"].read())

    def _workflow(self, url: str, platform: dict[str, Any]) -> None:
        settings = Settings(self.folder / "glue", self.driver_memory)

        def on_job(job: str, ended: Any) -> None:
            if ended:
                self._tell_job(job, ended.seconds)

        done = run_workflow(Endpoint(url), platform["workflow"], settings, on_job=on_job)
        if not done.succeeded:
            failed = next((job for job in done.ended if job.error), None)
            told = f"{failed.job}: {failed.error} Its log is {failed.log}." if failed else "a job was not run."
            raise LakehouseError(f"The workflow failed: {told}")

    def _upkeep(self, url: str, platform: dict[str, Any]) -> None:
        ended = run_job(Endpoint(url), platform["jobs"][UPKEEP], Settings(self.folder / "glue", self.driver_memory))
        if ended.error:
            raise LakehouseError(f"{ended.job} failed: {ended.error} Its log is {ended.log}.")

    def _verify(self, url: str, platform: dict[str, Any]) -> None:
        from pyspark.sql import SparkSession

        from lakehouse.sources.mapping import load_mapping
        from lakehouse.sources.storage import storage_at
        from lakehouse.verify import verify
        from lakehouse.warehouse.connect import connect, parse_target

        scratch = self.folder / "spark"
        os.environ.update(spark_environment(url, scratch, {}, (), self.driver_memory, scratch))
        spark = SparkSession.builder.getOrCreate()
        warehouse = connect(parse_target(f"embedded:{self._warehouse}"), read_only=True)
        try:
            landing = storage_at(platform["landing_url"])
            found = verify(spark, platform["tables_url"], landing, load_mapping(SOURCE), warehouse)
        finally:
            warehouse.close()
            spark.stop()
        if not found.agrees:
            raise LedgerError(f"{len(found.differences)} difference(s), the first: {found.differences[0]}")


def _lines(compressed: bytes) -> int:
    return sum(1 for line in gzip.decompress(compressed).splitlines() if line)
