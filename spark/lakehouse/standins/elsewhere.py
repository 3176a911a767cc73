"""The rehearsal on a stand-in that is not this project's and knows no Glue, such as LocalStack's community edition."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError

from lakehouse.errors import LakehouseError, UsageError
from lakehouse.generator.writer import delivered_files
from lakehouse.pipeline import Job, chosen_jobs, new_run_id
from lakehouse.settings import project_file
from lakehouse.standins.environment import LOOPBACK
from lakehouse.standins.glue.endpoint import Endpoint
from lakehouse.standins.glue.process import JobProcess, error_message
from lakehouse.standins.glue.progress import SUCCEEDED
from lakehouse.standins.glue.spark_properties import spark_environment


def other_stand_in(url: str | None) -> Endpoint | None:
    """The server at an address; None where none is named, or it is the project's own local AWS.

    Raises:
        UsageError: it is not on this machine, or does not answer.
    """
    if not url:
        return None
    address = urlsplit(url)
    if address.scheme != "http" or address.hostname not in (LOOPBACK, "localhost", "::1"):
        raise UsageError(f"{url} is no server on this machine, such as http://{LOOPBACK}:4566: no rehearsal there.")
    endpoint = Endpoint(url.rstrip("/"))
    try:
        return None if endpoint.keeps_job_runs() else endpoint
    except (OSError, HTTPException) as error:
        raise UsageError(
            f"Nothing answers at {url} ({error}): start the server, or unset AWS_ENDPOINT_URL, "
            "and a local AWS is started for the rehearsal."
        ) from error


def put_orders(endpoint: Endpoint, orders: Path, landing_url: str) -> None:
    """Put the generated files into the landing bucket.

    Not through the event stream: of LocalStack's Firehose, records come run together and neither compressed nor in
    folders by date (docs/decisions/local-aws.md).

    Raises:
        LakehouseError: the bucket takes no file.
    """
    place, s3 = urlsplit(landing_url), endpoint.client("s3")
    try:
        for path in delivered_files(orders):
            s3.upload_file(str(path), place.netloc, f"{place.path.strip('/')}/{path.relative_to(orders)}")
    except (BotoCoreError, Boto3Error) as error:
        raise LakehouseError(f"The orders cannot be put into {landing_url}: {error}") from error


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


def run_jobs(
    endpoint: Endpoint, folder: Path, options: Mapping[str, str], driver_memory: str
) -> Iterator[tuple[str, float]]:
    """Run each job of the workflow as a process of its own, in the pipeline's order; name and seconds as each ends.

    Args:
        folder: for the jobs' logs.
        options: a value for each option of a job.

    Raises:
        LakehouseError: a job failed, or took too long.
    """
    run_id = new_run_id()
    for job in chosen_jobs(()):
        began = time.monotonic()
        given = {name: value for name, value in options.items() if name in job.arguments} | {"run_id": run_id}
        _run(endpoint, job, folder / job.name, given, driver_memory)
        yield job.name, time.monotonic() - began


def _run(endpoint: Endpoint, job: Job, folder: Path, options: Mapping[str, str], driver_memory: str) -> None:
    environment = endpoint.environment | spark_environment(endpoint.url, folder, {}, (), driver_memory, folder)
    arguments = [text for name, value in options.items() for text in (f"--{name}", value)]
    log = folder / "job.log"
    process = JobProcess([sys.executable, str(project_file(f"glue_jobs/{job.name}.py")), *arguments], environment, log)
    try:
        state = process.wait(job.timeout_minutes * 60)
    except BaseException:  # Ctrl-C does not reach it by itself
        process.end()
        raise
    if state != SUCCEEDED:
        raise LakehouseError(f"{job.name}: {state}. {error_message(log.read_text(errors='replace'))} Its log is {log}.")
