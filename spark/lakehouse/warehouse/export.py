"""Gold tables to Parquet for the warehouse: the change feed since what it has, or a snapshot where there is no feed."""

from __future__ import annotations

from uuid import uuid4

from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, Observation, Window
from pyspark.sql import functions as F

from lakehouse.addresses import for_spark
from lakehouse.codegen import compiled
from lakehouse.delta import Lake, Version
from lakehouse.failpoints import state_change
from lakehouse.model import Table
from lakehouse.warehouse.load import Export, Mark


def export_changes(
    lake: Lake, table: Table, now: Version, mark: Mark | None, exports: str, run_id: str
) -> Export | None:
    """Write what the warehouse lacks of a table below `exports`.

    Args:
        now: the table's newest version.
        mark: what the warehouse has on record; None where it has nothing.
        exports: folder or prefix that the warehouse's stage shows.

    Returns:
        What was written; None where the warehouse has it all.
    """
    if mark and Version(mark.delta_table_id, mark.delta_version) == now:
        return None
    feed = _feed(lake, table, mark, now)
    rows = feed if feed is not None else _snapshot(lake, table, now)
    # A place of its own for each try: on S3 nothing is renamed in one step, and nothing that is there is overwritten.
    path = f"{table.name.replace('.', '/')}/{run_id}/{uuid4().hex}"
    counted = Observation()
    observed = rows.coalesce(2).observe(counted, F.count(F.lit(1)).alias("rows"))
    with compiled(lake.spark, when=feed is None and lake.is_large(table)), state_change(f"export {table.name}"):
        observed.write.option("maxRecordsPerFile", 0).parquet(f"{for_spark(exports)}/{path}")
    new_mark = Mark(table.name, now.id, now.version, run_id)
    return Export(table, path, new_mark, snapshot=feed is None, rows=counted.get["rows"])


def _feed(lake: Lake, table: Table, mark: Mark | None, now: Version) -> DataFrame | None:
    """The last change of each key; None where the mark is of another table, ahead of it, or its feed is gone."""
    if mark is None or mark.delta_table_id != now.id or mark.delta_version > now.version:
        return None
    changes = lake.changes(table, mark.delta_version, now.version)
    try:
        changes.isEmpty()
    except PySparkException:  # the files of old versions have been vacuumed
        return None
    return last_changes(changes, table)


def last_changes(changes: DataFrame, table: Table) -> DataFrame:
    """The table's columns, change_type (upsert or delete) and delta_version: the last change of each key."""
    rows = changes.where("_change_type <> 'update_preimage'")
    # Within one commit a row that was deleted and inserted again is there.
    newest = Window.partitionBy(*table.key).orderBy(F.desc("_commit_version"), F.col("_change_type") == "delete")
    last = rows.withColumn("_n", F.row_number().over(newest)).where("_n = 1")
    kind = F.when(F.col("_change_type") == "delete", "delete").otherwise("upsert")
    return last.select(*table.column_names, kind.alias("change_type"), F.col("_commit_version").alias("delta_version"))


def _snapshot(lake: Lake, table: Table, now: Version) -> DataFrame:
    rows = lake.spark.read.format("delta").option("versionAsOf", now.version).load(lake.path(table))
    return rows.select(
        *table.column_names,
        F.lit("upsert").alias("change_type"),
        F.lit(now.version).cast("bigint").alias("delta_version"),
    )
