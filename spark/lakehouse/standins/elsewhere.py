"""The rehearsal on a stand-in that is not this project's and knows no Glue, such as LocalStack's community edition."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

from lakehouse.errors import LakehouseError, UsageError
from lakehouse.generator.writer import delivered_files
from lakehouse.pipeline import chosen_jobs, new_run_id
from lakehouse.settings import project_file
from lakehouse.standins.environment import LOOPBACK
from lakehouse.standins.glue.endpoint import Endpoint
from lakehouse.standins.glue.spark_properties import spark_environment
from lakehouse.standins.local_aws import HEALTH, ask


@dataclass(frozen=True)
class Elsewhere:
    """A server on this machine that plays AWS without Glue: there, the jobs run from pipeline.yaml."""

    url: str

    @classmethod
    def at(cls, url: str | None) -> Elsewhere | None:
        """The server at an address; None where none is named, or it is the project's own local AWS.

        Raises:
            UsageError: it is not on this machine, or does not answer.
        """
        if not url:
            return None
        address = urlsplit(url)
        if address.scheme != "http" or address.hostname not in (LOOPBACK, "localhost", "::1"):
            raise UsageError(f"{url} is no server on this machine, such as http://{LOOPBACK}:4566: no rehearsal there.")
        try:
            ask(url, HEALTH)
        except (OSError, HTTPException, ValueError, LakehouseError):
            return cls(_answering(url.rstrip("/")))
        return None

    def put_orders(self, orders: Path, landing_url: str) -> int:
        """Put the generated files into the landing bucket; how many there were.

        Not through the event stream: of LocalStack's Firehose, records come run together and neither compressed nor
        in folders by date (docs/decisions/local-aws.md).
        """
        place = urlsplit(landing_url)
        s3, files = Endpoint(self.url).client("s3"), delivered_files(orders)
        for path in files:
            s3.upload_file(str(path), place.netloc, f"{place.path.strip('/')}/{path.relative_to(orders)}")
        return len(files)

    def run_jobs(self, folder: Path, options: Mapping[str, str], driver_memory: str) -> Iterator[tuple[str, float]]:
        """Run each job of the workflow as a process of its own, in the pipeline's order; name and seconds as each ends.

        Args:
            folder: for the jobs' logs.
            options: a value for each option of a job.

        Raises:
            LakehouseError: a job failed.
        """
        run_id = new_run_id()
        for job in chosen_jobs(()):
            began = time.monotonic()
            given = {name: value for name, value in options.items() if name in job.arguments}
            self._run(job.name, folder / job.name, given | {"run_id": run_id}, driver_memory)
            yield job.name, time.monotonic() - began

    def _run(self, job: str, folder: Path, options: Mapping[str, str], driver_memory: str) -> None:
        environment = Endpoint(self.url).environment | spark_environment(
            self.url, folder, {}, (), driver_memory, folder
        )
        arguments = [text for name, value in options.items() for text in (f"--{name}", value)]
        script = project_file(f"glue_jobs/{job}.py")
        log = folder / "job.log"
        with log.open("wb") as output:
            done = subprocess.run(  # noqa: S603
                [sys.executable, str(script), *arguments],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=os.environ | environment, check=False,
            )  # fmt: skip
        if done.returncode:
            raise LakehouseError(f"{job} failed with exit code {done.returncode}: its log is {log}.")


def _answering(url: str) -> str:
    try:
        urlopen(url, timeout=10).close()  # noqa: S310
    except OSError as error:
        # A server that answers with an error is there.
        if not hasattr(error, "code"):
            raise UsageError(f"Nothing answers at {url} ({error}): start the server, or name another.") from error
    return url


def job_options(platform: Mapping[str, Any], source: str, warehouse: str, tracking: str) -> dict[str, str]:
    """What Terraform would give the Glue jobs, from what the platform tells of itself."""
    return {
        "lake": platform["tables_url"],
        "landing": platform["landing_url"],
        "exports": platform["exports_url"],
        "source": source,
        "warehouse": warehouse,
        "tracking": tracking,
    }
