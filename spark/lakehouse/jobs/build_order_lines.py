"""Bronze to silver: typed order lines, the quarantine, and what became of each record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pyspark import StorageLevel
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from lakehouse.caching import cached, computed_once
from lakehouse.codegen import broadcast_if_few, compiled
from lakehouse.days import Days, days_of
from lakehouse.delta import Lake, among, side_by_side
from lakehouse.jobs.run_log import JobRun, job_run
from lakehouse.model import DISPOSITIONS, LANDING_FILES, ORDER_LINES, ORDER_LINES_RAW, QUARANTINE, SILVER
from lakehouse.sources.mapping import Mapping, load_mapping
from lakehouse.sources.parse import parse_records
from lakehouse.transforms.dispositions import decide
from lakehouse.transforms.order_lines import order_lines

JOB = "build_order_lines"
RECORD = ["file", "line_number"]
KEPT = (*DISPOSITIONS.column_names, *ORDER_LINES.column_names, *QUARANTINE.column_names, "deleted")
LINE = [name for name in dict.fromkeys(KEPT) if name != "disposition"]


@dataclass(frozen=True)
class Config:
    """lake: root of the Delta tables. source: built-in name or mapping file. retry_quarantine: judge those again."""

    lake: str
    source: str
    run_id: str
    retry_quarantine: bool = False


def run(spark: SparkSession, config: Config) -> dict[str, int]:
    """Judge the records that are new, gone or up for another try, together with all records of the same lines.

    A mapping other than in the last run judges every record again, from bronze.

    Returns:
        Rows written, by table.
    """
    mapping = load_mapping(config.source)
    lake = Lake(spark, config.lake)
    with job_run(lake, JOB, config.run_id, mapping, reads=(ORDER_LINES_RAW,), writes=SILVER) as log:
        feed = log.feed(ORDER_LINES_RAW, whole=log.mapping_changed)
        if log.mapping_changed:
            # If this run is killed, some lines are as this mapping has them, and the last one may be put back.
            log.forget()
        if feed.whole:
            _rebuild(log, mapping)
        elif not feed.is_empty or config.retry_quarantine:
            _update(log, feed.changes(), mapping, config)
    return log.rows


def _rebuild(log: JobRun, mapping: Mapping) -> None:
    decided = judged_records(log.lake, log.lake.read(ORDER_LINES_RAW), mapping)
    # On disk: ten million rows in the heap keep the collector busy for longer than reading them back takes.
    with cached(_by_day(decided), StorageLevel.DISK_ONLY) as kept:
        kept.count()
        _write(log, kept)


def judged_records(lake: Lake, records: DataFrame, mapping: Mapping) -> DataFrame:
    """Every record with its line, its reasons and its disposition; all records of a line must be among them."""
    return _judged(_lines(lake, records, mapping), mapping)


def _judged(lines: DataFrame, mapping: Mapping) -> DataFrame:
    return decide(lines, has_id="line_id" in mapping.columns, has_updates="updated_at" in mapping.columns)


def _lines(lake: Lake, records: DataFrame, mapping: Mapping) -> DataFrame:
    """The records' lines, in the columns that silver keeps: what goes through a shuffle should be narrow.

    A change feed's lines keep its `_change_type`.
    """
    files = lake.read(LANDING_FILES).where("header IS NOT NULL AND status <> 'set_aside'")
    headers = [row["header"] for row in files.select("header").distinct().collect()]
    lines = order_lines(parse_records(records, mapping, headers), mapping)
    if "line_id" not in mapping.columns or "updated_at" in mapping.columns:
        # Only the quarantine keeps texts, and no line will join it for being in conflict with another.
        broken = F.size("reasons") > 0
        lines = lines.withColumns({text: F.when(broken, F.col(text)) for text in ("raw", "raw_base64")})
    return lines.select(*LINE, *(name for name in records.columns if name == "_change_type"))


def _update(log: JobRun, changes: DataFrame, mapping: Mapping, config: Config) -> None:
    """Judge the lines that the changes touch, each with all of its records, old and new."""
    lake, dispositions = log.lake, log.lake.read(DISPOSITIONS)
    records = changes.select(*ORDER_LINES_RAW.column_names, "_change_type")
    changed = computed_once(_lines(lake, records, mapping))
    is_large = lake.is_large(DISPOSITIONS)
    with compiled(lake.spark, when=is_large and config.retry_quarantine):
        touched = broadcast_if_few(computed_once(_touched(changed, dispositions, config)))
    with compiled(lake.spark, when=is_large):
        known = computed_once(dispositions.join(touched, "line_id", "left_semi").select(*RECORD, "order_date"))
        known = broadcast_if_few(known)
    lines = _new(changed)
    files = [row["file"] for row in known.select("file").distinct().collect()]
    if files:
        of_files = lake.read(ORDER_LINES_RAW).where(among("file", files))
        old = of_files.join(known, RECORD, "left_semi").join(lines, RECORD, "left_anti")
        lines = lines.unionByName(_lines(lake, old, mapping))
    before = days_of(changed.select("order_date").union(known.select("order_date")))
    decided = computed_once(_by_day(_judged(lines, mapping)))
    # A row of these lines is of a day that a record of theirs has, or had when it was judged before.
    days = {*before, *days_of(decided)}
    _write(
        log,
        decided,
        lambda rows: rows.join(touched, "line_id", "left_semi"),
        days,
        dispositions_last=config.retry_quarantine,
    )


def _touched(changed: DataFrame, dispositions: DataFrame, config: Config) -> DataFrame:
    # From the changed rows themselves: after a crash, the dispositions may have forgotten the lines that are gone.
    touched = changed.select("line_id")
    if config.retry_quarantine:
        touched = touched.union(dispositions.where("disposition = 'quarantined'").select("line_id"))
    return touched.distinct()


def _new(changed: DataFrame) -> DataFrame:
    gone = changed.where("_change_type = 'delete'")
    inserted = changed.where("_change_type = 'insert'").drop("_change_type")
    return inserted.join(gone, [*RECORD, "batch"], "left_anti")  # a file may come and be replaced between two runs


def _by_day(decided: DataFrame) -> DataFrame:
    return decided.sortWithinPartitions("order_date")


def _write(
    log: JobRun,
    decided: DataFrame,
    within: Callable[[DataFrame], DataFrame] = lambda rows: rows,
    days: Days | None = None,
    *,
    dispositions_last: bool = False,
) -> None:
    """Bring the three tables to what was decided, in the rows that `within` leaves of these days; else in all.

    `decided` must be computed: where that fails while three writes wait for it, Spark locks itself up.

    Args:
        dispositions_last: a retry goes by the dispositions, and must find them as they were if it was killed.
    """
    rows = {
        ORDER_LINES: decided.where("disposition NOT IN ('duplicate', 'quarantined')"),
        QUARANTINE: decided.where("disposition = 'quarantined'"),
        DISPOSITIONS: decided,
    }
    together = [[ORDER_LINES, QUARANTINE], [DISPOSITIONS]] if dispositions_last else [SILVER]
    for tables in together:
        side_by_side(lambda table: log.reconcile(table, within(log.lake.read(table)), rows[table], days), tables)
