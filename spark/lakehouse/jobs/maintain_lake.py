"""The lake's upkeep: small files are joined, and files go that no reader and no job needs any more."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from lakehouse.delta import Lake, side_by_side
from lakehouse.errors import UsageError
from lakehouse.logs import bound, tell, telling
from lakehouse.model import JOB_RUNS, TABLES

JOB = "maintain_lake"
KEEP_DAYS, LEAST_DAYS = 30, 7
"""Days for which files of old versions are kept; Delta refuses less than a week, lest a query loses its files."""

SETTINGS = {
    # Else a table's two folders are listed in 10,000 tasks.
    "spark.sql.sources.parallelPartitionDiscovery.parallelism": "4",
    # Else each removal of old files makes two versions, in which the next run looks for rows.
    "spark.databricks.delta.vacuum.logging.enabled": "false",
    # Else what is joined is cut up again.
    "spark.sql.files.maxRecordsPerFile": "0",
    # Else Delta takes no account of the hours that it is given.
    "spark.databricks.delta.vacuum.retentionWindowIgnore.enabled": "false",
}


@dataclass(frozen=True)
class Config:
    """lake: root of the Delta tables. keep_days: days for which files that only old versions have are kept."""

    lake: str
    run_id: str
    keep_days: int = KEEP_DAYS


def run(spark: SparkSession, config: Config) -> dict[str, int]:
    """Join the small files that every run adds, and remove those that are of old versions alone. Rows stay as they are.

    Returns:
        Files that were joined into larger ones, by table.

    Raises:
        UsageError: fewer days than Delta allows.
    """
    if config.keep_days < LEAST_DAYS:
        raise UsageError(f"Files of old versions are kept for {LEAST_DAYS} days at the least, not {config.keep_days}.")
    lake = Lake(spark, config.lake)
    with bound(run_id=config.run_id, job=JOB), telling("job ended") as told:
        tables = lake.existing(*TABLES)
        hours = _hours_kept(lake, config.keep_days) if JOB_RUNS in tables else config.keep_days * 24
        for name, value in SETTINGS.items():
            spark.conf.set(name, value)
        joined = dict(zip((table.name for table in tables), side_by_side(lake.optimize, tables), strict=True))
        side_by_side(lambda table: lake.vacuum(table, hours), tables)
        told |= {"rows": joined, "hours_kept": hours}
    return joined


def _hours_kept(lake: Lake, keep_days: int) -> int:
    """The days in hours, or more: where a job's last run is longer ago, its next run reads all changes since then."""
    since = F.expr("timestampdiff(HOUR, max(started_at), current_timestamp()) + 1").alias("hours")
    jobs = lake.read(JOB_RUNS).groupBy("job").agg(since).collect()
    last = max(jobs, key=lambda job: job["hours"], default=None)
    if last is None or last["hours"] <= keep_days * 24:
        return keep_days * 24
    why = f"{last['job']} has not run for {last['hours'] // 24} days, and may still have to read them"
    tell("old files are kept longer", level=logging.WARNING, why=why)
    return int(last["hours"])
