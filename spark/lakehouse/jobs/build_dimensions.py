"""Silver to the dimensions: products and customers with their history, countries, categories, the calendar."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from pyspark.sql import DataFrame, SparkSession

from lakehouse.caching import computed_once
from lakehouse.codegen import ROWS_WORTH_CODE, broadcast_if_few, compiled
from lakehouse.delta import Lake, side_by_side
from lakehouse.jobs.run_log import Feed, JobRun, job_run
from lakehouse.model import DIM_DATE, DIM_PRODUCT, DIMENSIONS, ORDER_LINES
from lakehouse.sources.mapping import load_mapping
from lakehouse.transforms.dimensions import (
    CATEGORIES,
    COUNTRIES,
    CUSTOMERS,
    PRODUCTS,
    Observed,
    calendar,
    calendar_may_change,
    net_changes,
)

JOB = "build_dimensions"
FACT = "disposition = 'fact'"


@dataclass(frozen=True)
class Config:
    """lake: root of the Delta tables. source: built-in name or mapping file."""

    lake: str
    source: str
    run_id: str


def run(spark: SparkSession, config: Config) -> dict[str, int]:
    """Bring the dimensions to the order lines as they are now; histories are computed anew only where one changed.

    Returns:
        Rows written, by table.
    """
    mapping = load_mapping(config.source)
    lake = Lake(spark, config.lake)
    with job_run(lake, JOB, config.run_id, mapping, reads=(ORDER_LINES,), writes=DIMENSIONS) as log:
        feed = log.feed(ORDER_LINES)
        if not feed.is_empty:
            lines = lake.read(ORDER_LINES).where(FACT)
            builders = [partial(_members, log, feed, lines, of) for of in (PRODUCTS, CUSTOMERS, COUNTRIES)]
            side_by_side(lambda build: build(), [*builders, partial(_calendar, log, feed, lines)])
            _whole(log, CATEGORIES, lake.read(DIM_PRODUCT))
    return log.rows


def _whole(log: JobRun, of: Observed, lines: DataFrame) -> None:
    log.reconcile(of.table, log.lake.read(of.table), of.whole(lines))


def _members(log: JobRun, feed: Feed, lines: DataFrame, of: Observed) -> None:
    if feed.whole:
        _whole(log, of, lines)
        return
    current = log.lake.read(of.table)
    news = computed_once(net_changes(feed.changes().where(FACT), of.observation))
    touched = computed_once(of.touched(news, current))
    counts = {row["is_new"]: row["count"] for row in touched.groupBy("is_new").count().collect()}
    if not counts:
        return
    touched = broadcast_if_few(touched, sum(counts.values()))
    told = of.told(news, touched, lines if False in counts else None)
    many = False
    if False in counts and log.lake.is_large(ORDER_LINES):
        with compiled(log.lake.spark):
            told = computed_once(told)
            many = told.count() >= ROWS_WORTH_CODE
    with compiled(log.lake.spark, when=many):
        log.reconcile(of.table, current.join(touched, of.identity, "left_semi"), of.members(told))


def _calendar(log: JobRun, feed: Feed, lines: DataFrame) -> None:
    current = log.lake.read(DIM_DATE)
    if feed.whole or not _stays(feed, current):
        with log.lake.suited_to(ORDER_LINES):
            log.reconcile(DIM_DATE, current, calendar(lines))


def _stays(feed: Feed, days: DataFrame) -> bool:
    return calendar_may_change(net_changes(feed.changes().where(FACT), ["order_date"]), days).isEmpty()
