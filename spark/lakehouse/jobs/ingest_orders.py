"""Landing to bronze: every new or changed file, as text, exactly once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from lakehouse.delta import Lake
from lakehouse.jobs.run_log import JobRun, job_run
from lakehouse.model import LANDING_FILES, ORDER_LINES_RAW
from lakehouse.sources.expressions import check_expressions
from lakehouse.sources.landing import list_landing
from lakehouse.sources.mapping import Mapping, load_mapping
from lakehouse.sources.plan import FileEntry, Registry, file_changed_while_read
from lakehouse.sources.read import read_records

JOB = "ingest_orders"


@dataclass(frozen=True)
class Config:
    """lake: root of the Delta tables. landing: folder of files. source: built-in name or mapping file."""

    lake: str
    landing: str
    source: str
    run_id: str
    retry_quarantine: bool = False


def run(spark: SparkSession, config: Config) -> dict[str, int]:
    """Plan what is new, read it in one write, and mark it loaded; after a crash, the same plan again.

    Returns:
        Rows written, by table.

    Raises:
        LandingError: the landing folder is not there or empty.
        MappingError: the mapping's expressions cannot be used.
    """
    mapping = load_mapping(config.source)
    lake = Lake(spark, config.lake)
    lake.create(LANDING_FILES, ORDER_LINES_RAW)
    with job_run(lake, JOB, config.run_id, mapping.name, mapping.hash) as log:
        if log.last is None or log.mapping_changed:
            check_expressions(spark, mapping)
        landing = list_landing(Path(config.landing), mapping.format)
        registry = Registry([FileEntry(**row.asDict()) for row in lake.read(LANDING_FILES).collect()])
        _finish_unfinished(log, registry)
        registry.forget_unfinished()
        registry.plan(landing, mapping, retry=config.retry_quarantine or log.mapping_changed)
        _write_registry(log, registry)
        _load(log, registry, landing.folder, mapping)
    return log.rows


def _finish_unfinished(log: JobRun, registry: Registry) -> None:
    """A run that was killed after its write left a plan whose rows are in bronze: mark it loaded."""
    batch = registry.unfinished_batch()
    if batch and not log.lake.read(ORDER_LINES_RAW).where(F.col("batch") == batch).isEmpty():
        _settle(log, registry, batch)


def _load(log: JobRun, registry: Registry, folder: Path, mapping: Mapping) -> None:
    planned = registry.planned()
    if not planned:
        return
    batch = planned[0].batch
    records = read_records(log.lake.spark, str(folder.resolve()), planned, mapping)
    log.lake.append_once(ORDER_LINES_RAW, records, f"{JOB}/{mapping.name}", batch)
    _settle(log, registry, batch)


def _settle(log: JobRun, registry: Registry, batch: int) -> None:
    """Hold bronze against the plan, take out the rows of replaced contents, and mark the batch loaded."""
    bronze = log.lake.read(ORDER_LINES_RAW).where(F.col("batch") == batch)
    counts = {row["file"]: row["count"] for row in bronze.groupBy("file").count().collect()}
    changed = [entry.path for entry in registry.planned() if counts.get(entry.path, 0) != entry.rows]
    if changed:
        _remove(log, changed, f"batch = {batch}")
    replaced = registry.mark_loaded(batch, except_paths=changed)
    if replaced:
        _remove(log, replaced, f"batch < {batch}")
    log.note(ORDER_LINES_RAW, sum(counts.values()))
    _write_registry(log, registry)
    if changed:
        raise file_changed_while_read(changed)


def _remove(log: JobRun, files: list[str], also: str) -> None:
    listed = log.lake.spark.createDataFrame([(path,) for path in files], "file STRING")
    log.lake.spark.sql(
        f"MERGE INTO {log.lake.sql_name(ORDER_LINES_RAW)} t USING {{files}} f ON t.file = f.file AND t.{also} "
        "WHEN MATCHED THEN DELETE",
        files=listed,
    ).collect()


def _write_registry(log: JobRun, registry: Registry) -> None:
    rows = [entry.row() for entry in registry.entries.values()]
    desired = log.lake.spark.createDataFrame(rows, LANDING_FILES.schema)
    log.reconcile(LANDING_FILES, log.lake.read(LANDING_FILES), desired)
