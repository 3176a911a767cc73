"""Silver to the dimensions: products and customers with their history, countries, categories, the calendar."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from lakehouse.delta import Lake, side_by_side
from lakehouse.jobs.run_log import Feed, JobRun, job_run
from lakehouse.model import (
    DIM_CATEGORY,
    DIM_COUNTRY,
    DIM_CUSTOMER,
    DIM_DATE,
    DIM_PRODUCT,
    DIMENSIONS,
    ORDER_LINES,
    Table,
)
from lakehouse.sources.mapping import load_mapping
from lakehouse.transforms.dimensions import calendar, categories, countries, customers, products, with_unknown
from lakehouse.transforms.scd2 import at_time

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
            builders: dict[Table, Callable[[], None]] = {
                DIM_PRODUCT: lambda: _history(log, feed, lines, DIM_PRODUCT, "product_id", products),
                DIM_CUSTOMER: lambda: _history(log, feed, lines, DIM_CUSTOMER, "customer_id", customers),
                DIM_COUNTRY: lambda: _whole(log, DIM_COUNTRY, countries(lines)),
                DIM_DATE: lambda: _whole(log, DIM_DATE, calendar(lines)),
            }
            side_by_side(lambda table: builders[table](), builders)
            _whole(log, DIM_CATEGORY, categories(lake.read(DIM_PRODUCT)))
    return log.rows


def _whole(log: JobRun, table: Table, desired: DataFrame) -> None:
    log.reconcile(table, log.lake.read(table), desired)


def _history(
    log: JobRun, feed: Feed, lines: DataFrame, table: Table, identity: str, build: Callable[[DataFrame], DataFrame]
) -> None:
    if feed.whole:
        _whole(log, table, with_unknown(build(lines), table))
        return
    current = log.lake.read(table)
    touched = touched_identities(feed.changes(), current, table, identity).persist()
    try:
        if not touched.isEmpty():
            desired = build(lines.join(touched, identity, "left_semi"))
            log.reconcile(table, current.join(touched, identity, "left_semi"), desired)
    finally:
        touched.unpersist()


def touched_identities(changes: DataFrame, dimension: DataFrame, table: Table, identity: str) -> DataFrame:
    """The identities whose history the changed lines may alter.

    A new line that says what the version in force at its time says alters nothing: so a day of ordinary orders
    touches no history at all. Whatever else has changed, and all that has gone, has its history computed anew.
    """
    tracked = [
        c.name for c in table.columns if c.name not in (*table.key, identity, "valid_from", "valid_to", "is_current")
    ]
    facts = changes.where(F.col(identity).isNotNull() & F.expr(FACT))
    gone = facts.where("_change_type IN ('delete', 'update_preimage')").select(identity)
    new = facts.where("_change_type IN ('insert', 'update_postimage')")
    in_force = dimension.select(
        identity, "valid_from", "valid_to", F.lit(True).alias("_found"), *(F.col(n).alias(f"_{n}") for n in tracked)
    )
    dated = at_time(new, in_force, identity, ["_found", *(f"_{name}" for name in tracked)])
    differs = F.col("_found").isNull()
    for name in tracked:
        differs |= F.col(name).isNotNull() & ~F.col(name).eqNullSafe(F.col(f"_{name}"))
    return gone.union(dated.where(differs).select(identity)).distinct()
