"""Gold to the warehouse: balance the ledger, export the changes, load them with their mark, merge, and compare."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import reduce

from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession

from lakehouse.balance import differences, require_balance
from lakehouse.days import days_of
from lakehouse.delta import Lake
from lakehouse.holds import record_holds, require_none
from lakehouse.jobs.run_log import JobRun, job_run
from lakehouse.ledger import Entry, collect, lake_entries, lake_entries_after
from lakehouse.local_rows import local_rows
from lakehouse.model import DAILY_SALES, FACT_SALES, HOLDS, LEDGER, PUBLISHED, SILVER
from lakehouse.sources.mapping import Mapping, load_mapping
from lakehouse.warehouse.connect import Connection, rows
from lakehouse.warehouse.publish import opened, publish

JOB = "publish_to_warehouse"
INPUTS = (*SILVER, *PUBLISHED)
DATED = (*SILVER, FACT_SALES, DAILY_SALES)
"""The tables that the ledger adds up by day."""


@dataclass(frozen=True)
class Config:
    """lake: root of the Delta tables. exports: place of the Parquet files, which the stage shows.

    Each is a folder or s3://bucket/prefix.
    warehouse: `embedded:<path>` or `snowflake:<connection name>`.
    migrations: folder of the SQL scripts; without it, those that the package brings.
    compute: Snowflake warehouse that the MERGE tasks use. storage_integration: what may read `exports` in Snowflake.
    """

    lake: str
    source: str
    run_id: str
    exports: str
    warehouse: str
    migrations: str = ""
    accept_quarantine: bool = False
    compute: str = "LAKEHOUSE"
    storage_integration: str = "LAKEHOUSE_LAKE"


def run(spark: SparkSession, config: Config) -> dict[str, int]:
    """Publish what has changed, once the lake's hops agree and no hold is open; then hold the warehouse against it.

    Returns:
        Rows loaded, by table.

    Raises:
        LedgerError: two hops disagree.
        HeldError: too many rows are quarantined.
        WarehouseError: the warehouse refused or failed.
    """
    mapping = load_mapping(config.source)
    lake = Lake(spark, config.lake)
    with job_run(lake, JOB, config.run_id, mapping, reads=INPUTS, writes=(LEDGER, HOLDS)) as log:
        changed = not all(log.feed(table).is_empty for table in INPUTS) or config.accept_quarantine
        current = log.current(LEDGER)
        recorded = [] if current is None else collect(current)
        entries: list[Entry] = []
        if changed:
            entries = _lake_ledger(log, recorded)
            _hold(log, mapping, accept=config.accept_quarantine)
        with opened(config) as connection:
            done = publish(lake, connection, PUBLISHED, log.inputs, config.exports, config.run_id)
            log.rows |= done.rows
            if not changed and not done.anything:
                return log.rows
            of_warehouse = warehouse_entries(connection, mapping.name)
        if not entries or differences([*entries, *of_warehouse], published=True):
            entries = lake_entries(lake)
        entries += of_warehouse
        require_balance(entries, published=True)
        _record(log, recorded, entries)
    return log.rows


def _lake_ledger(log: JobRun, recorded: list[Entry]) -> list[Entry]:
    """The lake's hops, in balance: added up on the days on which rows have changed since the last run, or on all."""
    entries = _of_changed_days(log, [entry for entry in recorded if entry.hop not in ("star", "marts")])
    if not entries or differences(entries, published=False):
        entries = lake_entries(log.lake)
        require_balance(entries, published=False)
    return entries


def _of_changed_days(log: JobRun, recorded: list[Entry]) -> list[Entry]:
    feeds = [log.feed(table) for table in DATED]
    if not recorded or any(feed.whole for feed in feeds):
        return []
    try:
        changes = [feed.changes().select("order_date") for feed in feeds if not feed.is_empty]
        days = days_of(reduce(DataFrame.union, changes)) if changes else ()
    except PySparkException:  # Delta keeps the log of changes for thirty days, and publishing may be held for longer
        return []
    return lake_entries_after(log.lake, recorded, days)


def _hold(log: JobRun, mapping: Mapping, *, accept: bool) -> None:
    holds = record_holds(log.lake, log.current(HOLDS), mapping.max_quarantine, accept=accept)
    require_none(holds, mapping.max_quarantine)


def warehouse_entries(connection: Connection, source: str) -> list[Entry]:
    """Entries of the hops `star` and `marts`, as the warehouse has them."""
    star = (
        "select CURRENCY, ORDER_DATE, LINE_TYPE, count(*), sum(NET_AMOUNT) from SOFTCART.STAR.FACT_SALES "
        "group by CURRENCY, ORDER_DATE, LINE_TYPE"
    )
    marts = (
        "select CURRENCY, ORDER_DATE, 'net', sum(LINES), sum(NET_AMOUNT) from SOFTCART.MARTS.DAILY_SALES "
        "group by CURRENCY, ORDER_DATE"
    )
    return [*_entries(connection, source, "star", star), *_entries(connection, source, "marts", marts)]


def _entries(connection: Connection, source: str, hop: str, query: str) -> list[Entry]:
    found: list[tuple[str, date, str, int, Decimal]] = rows(connection, query)
    return [Entry(source, currency, day, hop, kind, int(n), 0, amount) for currency, day, kind, n, amount in found]


def _record(log: JobRun, recorded: list[Entry], entries: list[Entry]) -> None:
    """Bring ops.ledger to the entries, on the days on which they are others than those recorded."""
    days = {entry.order_date for entry in set(entries).symmetric_difference(recorded)}
    if days:
        rows = local_rows(log.lake.spark, (e._asdict() for e in entries if e.order_date in days), LEDGER.schema)
        log.lake.reconcile(LEDGER, log.current(LEDGER), rows, days)
