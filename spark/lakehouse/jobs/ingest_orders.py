"""Landing to bronze: every new or changed file, as text, exactly once."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from lakehouse.delta import Lake, among
from lakehouse.jobs.run_log import JobRun, job_run
from lakehouse.local_rows import local_rows
from lakehouse.model import LANDING_FILES, ORDER_LINES_RAW
from lakehouse.sources.expressions import check_expressions
from lakehouse.sources.landing import list_landing
from lakehouse.sources.mapping import load_mapping
from lakehouse.sources.plan import FileEntry, Registry, file_changed_while_read, nothing_loaded
from lakehouse.sources.read import read_records
from lakehouse.sources.storage import storage_at

JOB = "ingest_orders"


@dataclass(frozen=True)
class Config:
    """lake: root of the Delta tables. landing: where the files lie. Each is a folder or s3://bucket/prefix.

    source: built-in name or mapping file.
    """

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
        LandingError: the landing place is not there or empty.
        MappingError: the mapping's expressions cannot be used.
    """
    mapping = load_mapping(config.source)
    lake = Lake(spark, config.lake)
    with job_run(lake, JOB, config.run_id, mapping, writes=(LANDING_FILES, ORDER_LINES_RAW)) as log:
        if log.last is None or log.mapping_changed:
            check_expressions(spark, mapping)
        landing = list_landing(storage_at(config.landing), mapping.format)
        registry = _registry(log)
        if unfinished := registry.planned():
            _finish(log, registry, unfinished)
            registry = _registry(log)
        entries = registry.new_entries(landing, mapping, retry=config.retry_quarantine or log.mapping_changed)
        planned = [entry for entry in entries if entry.status == "planned"]
        if entries:
            _write_plan(log, registry, entries)
        if planned:
            records = read_records(spark, landing.storage, planned, mapping)
            lake.append_once(ORDER_LINES_RAW, records, f"{JOB}/{mapping.name}", planned[0].batch)
            _settle(log, registry, planned)
        elif lake.is_empty(ORDER_LINES_RAW) and (aside := entries or registry.set_aside()):
            raise nothing_loaded(aside)
    return log.rows


def _registry(log: JobRun) -> Registry:
    known = log.current(LANDING_FILES)
    return Registry(FileEntry(**row.asDict()) for row in (known.collect() if known is not None else ()))


def _finish(log: JobRun, registry: Registry, planned: list[FileEntry]) -> None:
    """Settle the plan of a run that was killed: its rows are all in bronze, or none is and it is planned anew."""
    batch = planned[0].batch
    if log.lake.read(ORDER_LINES_RAW).where(F.col("batch") == batch).isEmpty():
        log.lake.update(LANDING_FILES, "status = 'replaced'", "status = 'planned'")
    else:
        _settle(log, registry, planned)


def _write_plan(log: JobRun, registry: Registry, entries: list[FileEntry]) -> None:
    still_unreadable = {entry.path for entry in entries if entry.status == "set_aside"}
    again = sorted(still_unreadable & {entry.path for entry in registry.set_aside()})
    if again:
        log.lake.update(LANDING_FILES, "status = 'replaced'", f"status = 'set_aside' AND {among('path', again)}")
    rows = local_rows(log.lake.spark, map(asdict, entries), LANDING_FILES.schema)
    log.note(LANDING_FILES, log.lake.append(LANDING_FILES, rows).inserted)


def _settle(log: JobRun, registry: Registry, planned: list[FileEntry]) -> None:
    """Hold bronze against the plan, take out the rows of replaced contents, and mark the batch loaded."""
    lake, batch = log.lake, planned[0].batch
    bronze = lake.read(ORDER_LINES_RAW).where(F.col("batch") == batch)
    counts = {row["file"]: row["count"] for row in bronze.groupBy("file").count().collect()}
    changed = [entry.path for entry in planned if counts.get(entry.path, 0) != entry.rows]
    if changed:
        lake.delete(ORDER_LINES_RAW, f"batch = {batch} AND {among('file', changed)}")
        # The entries stay, so that no later batch gets this one's number: Delta would skip its rows as written.
        lake.update(LANDING_FILES, "status = 'replaced'", f"batch = {batch} AND {among('path', changed)}")
    settled = f"status = 'planned' AND batch = {batch}"
    replaced = registry.replaced_by(entry for entry in planned if entry.path not in changed)
    if replaced:
        lake.delete(ORDER_LINES_RAW, f"batch < {batch} AND {among('file', replaced)}")
        older = f"status IN ('loaded', 'set_aside') AND batch < {batch} AND {among('path', replaced)}"
        settled = f"{settled} OR {older}"
    lake.update(LANDING_FILES, f"status = IF(batch = {batch}, 'loaded', 'replaced')", settled)
    log.note(ORDER_LINES_RAW, sum(counts.values()))
    if changed:
        raise file_changed_while_read(changed)
