"""Silver and the dimensions to gold.fact_sales."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from lakehouse.caching import computed_once
from lakehouse.codegen import ROWS_WORTH_CODE, broadcast_if_few, compiled
from lakehouse.days import days_of, on_days
from lakehouse.delta import Lake
from lakehouse.jobs.build_dimensions import JOB as DIMENSIONS_JOB
from lakehouse.jobs.run_log import Feed, JobRun, job_run
from lakehouse.model import DIM_CUSTOMER, DIM_PRODUCT, FACT_SALES, FIRST_DAY, ORDER_LINES
from lakehouse.sources.mapping import load_mapping
from lakehouse.transforms.dimensions import CUSTOMERS, PRODUCTS
from lakehouse.transforms.fact_sales import fact_sales
from lakehouse.transforms.scd2 import changed_from, lines_since

JOB = "build_fact_sales"
INPUTS = (ORDER_LINES, DIM_PRODUCT, DIM_CUSTOMER)
IDENTITIES = {of.table: of.identity for of in (PRODUCTS, CUSTOMERS)}
FACT = "disposition = 'fact'"
PLACE = ("line_id", "order_date")


@dataclass(frozen=True)
class Config:
    """lake: root of the Delta tables. source: built-in name or mapping file."""

    lake: str
    source: str
    run_id: str


def run(spark: SparkSession, config: Config) -> dict[str, int]:
    """Bring the fact to the order lines and dimensions as they are now, touching only what either has changed.

    Returns:
        Rows written, by table.
    """
    mapping = load_mapping(config.source)
    lake = Lake(spark, config.lake)
    with job_run(lake, JOB, config.run_id, mapping, reads=INPUTS, writes=(FACT_SALES,), after=(DIMENSIONS_JOB,)) as log:
        feeds = [log.feed(table) for table in INPUTS]
        if any(feed.whole for feed in feeds):
            facts = _facts(lake, lake.read(ORDER_LINES)).sortWithinPartitions("order_date")
            log.reconcile(FACT_SALES, lake.read(FACT_SALES), facts)
        elif not all(feed.is_empty for feed in feeds):
            _update(log, *feeds)
    return log.rows


def _facts(lake: Lake, lines: DataFrame) -> DataFrame:
    return fact_sales(lines.where(FACT), lake.read(DIM_PRODUCT), lake.read(DIM_CUSTOMER))


def _update(log: JobRun, lines: Feed, *dimensions: Feed) -> None:
    order_lines = log.lake.read(ORDER_LINES)
    parts = [lines.changes().select(*PLACE)] if not lines.is_empty else []
    parts += _of_changed_versions(log, order_lines.where(FACT), [feed for feed in dimensions if not feed.is_empty])
    if not parts:
        return
    touched = computed_once(reduce(DataFrame.union, parts).distinct())
    # The day of a row that came, went or changed is in the feed, as it was and as it is.
    days = days_of(touched)
    count = sum(days.values())
    touched = broadcast_if_few(touched, count)
    current, now = (rows.join(touched, "line_id", "left_semi") for rows in (log.lake.read(FACT_SALES), order_lines))
    with compiled(log.lake.spark, when=count >= ROWS_WORTH_CODE):
        log.reconcile(FACT_SALES, current, _facts(log.lake, on_days(now, days)), days)


def _of_changed_versions(log: JobRun, facts: DataFrame, feeds: list[Feed]) -> list[DataFrame]:
    """Lines that have not changed, but whose product's or customer's versions have, by the dimensions' changes."""
    starts = {IDENTITIES[feed.table]: _changed_from(log, feed) for feed in feeds}
    if not starts:
        return []
    moments = reduce(DataFrame.union, [start.select("changed_from") for start in starts.values()])
    # West of UTC a moment's day may be the one before.
    [since] = moments.agg(F.date_sub(F.min("changed_from").cast("date"), 1)).collect()[0]
    if since is None:
        return []
    recent = facts.where(F.col("order_date") >= since)
    found = [lines_since(recent, broadcast_if_few(start), identity) for identity, start in starts.items()]
    parts = [lines.select(*PLACE) for lines in found]
    if since >= FIRST_DAY or not log.lake.is_large(ORDER_LINES):
        return parts
    with compiled(log.lake.spark):  # a first version has changed: all lines are looked through
        return [computed_once(part) for part in parts]


def _changed_from(log: JobRun, feed: Feed) -> DataFrame:
    start = changed_from(feed.changes(), IDENTITIES[feed.table], feed.table.key[0])
    if log.was_in_step_with(DIMENSIONS_JOB, ORDER_LINES):
        # Of what was new to the dimensions no line had been read by then: all have come since.
        return start.where("NOT is_new")
    return start
