"""gold.fact_sales to gold.daily_sales, day by day."""

from __future__ import annotations

from dataclasses import dataclass

from pyspark.sql import DataFrame, SparkSession

from lakehouse.days import days_of, on_days
from lakehouse.delta import Lake
from lakehouse.jobs.run_log import job_run
from lakehouse.model import DAILY_SALES, DIM_CATEGORY, DIM_COUNTRY, FACT_SALES
from lakehouse.sources.mapping import load_mapping
from lakehouse.transforms.daily_sales import daily_sales

JOB = "build_daily_sales"


@dataclass(frozen=True)
class Config:
    """lake: root of the Delta tables. source: built-in name or mapping file."""

    lake: str
    source: str
    run_id: str


def run(spark: SparkSession, config: Config) -> dict[str, int]:
    """Sum up anew the days on which a fact has changed; a day whose last line is gone loses its rows.

    Returns:
        Rows written, by table.
    """
    mapping = load_mapping(config.source)
    lake = Lake(spark, config.lake)
    with job_run(lake, JOB, config.run_id, mapping, reads=(FACT_SALES,), writes=(DAILY_SALES,)) as log:
        feed = log.feed(FACT_SALES)
        facts, daily = lake.read(FACT_SALES), lake.read(DAILY_SALES)
        if feed.whole:
            log.reconcile(DAILY_SALES, daily, _daily(lake, facts))
        elif not feed.is_empty:
            days = days_of(feed.changes())
            log.reconcile(DAILY_SALES, daily, _daily(lake, on_days(facts, days)), days)
    return log.rows


def _daily(lake: Lake, facts: DataFrame) -> DataFrame:
    return daily_sales(facts, lake.read(DIM_COUNTRY), lake.read(DIM_CATEGORY))
