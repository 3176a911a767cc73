"""Silver and the dimensions to gold.fact_sales."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

from pyspark.sql import DataFrame, SparkSession

from lakehouse.caching import cached
from lakehouse.delta import Lake
from lakehouse.jobs.run_log import Feed, JobRun, job_run
from lakehouse.model import DIM_CUSTOMER, DIM_PRODUCT, FACT_SALES, ORDER_LINES
from lakehouse.sources.mapping import load_mapping
from lakehouse.transforms.days import days_of, on_days
from lakehouse.transforms.fact_sales import fact_sales
from lakehouse.transforms.scd2 import lines_of_changed_versions

JOB = "build_fact_sales"
INPUTS = (ORDER_LINES, DIM_PRODUCT, DIM_CUSTOMER)
FACT = "disposition = 'fact'"


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
    with job_run(lake, JOB, config.run_id, mapping, reads=INPUTS, writes=(FACT_SALES,)) as log:
        feeds = [log.feed(table) for table in INPUTS]
        if any(feed.whole for feed in feeds):
            log.reconcile(FACT_SALES, lake.read(FACT_SALES), _facts(lake, lake.read(ORDER_LINES)))
        elif not all(feed.is_empty for feed in feeds):
            _update(log, *feeds)
    return log.rows


def _facts(lake: Lake, lines: DataFrame) -> DataFrame:
    return fact_sales(lines.where(FACT), lake.read(DIM_PRODUCT), lake.read(DIM_CUSTOMER))


def _update(log: JobRun, lines: Feed, products: Feed, customers: Feed) -> None:
    order_lines = log.lake.read(ORDER_LINES)
    parts = [] if lines.is_empty else [lines.changes()]
    for feed, identity in ((products, "product_id"), (customers, "customer_id")):
        if not feed.is_empty:
            # A version that begins or ends today leaves the lines before it as they are.
            facts = order_lines.where(FACT)
            parts.append(lines_of_changed_versions(facts, feed.changes(), identity, feed.table.key[0]))
    places = reduce(DataFrame.union, (part.select("line_id", "order_date") for part in parts))
    # The day of a row that came, went or changed is in the feed, as it was and as it is. To ask for days first takes
    # the columns that pack well; line ids, which do not, are then read of those days alone.
    days = days_of(places)
    with cached(on_days(places, days).select("line_id").distinct()) as touched:
        now, before = (on_days(rows, days).join(touched, "line_id", "left_semi")
                       for rows in (order_lines, log.lake.read(FACT_SALES)))  # fmt: skip
        log.reconcile(FACT_SALES, before, _facts(log.lake, now))
