"""Slowly changing dimensions of type 2: versions from dated observations, and the version valid at a moment."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from lakehouse.model import FIRST_DAY, UNKNOWN_KEY
from lakehouse.model.table import Table

BEGINNING = f"TIMESTAMP '{FIRST_DAY} 00:00:00'"
END = "TIMESTAMP '9999-12-31 00:00:00'"


def versions(observations: DataFrame, identity: str, tracked: Sequence[str], key: str) -> DataFrame:
    """The versions that dated observations tell of.

    At equal times the greatest value of each tracked column wins; NULL tells nothing, so the value before it goes on,
    and the first one known reaches back to the beginning.

    Args:
        observations: `identity`, `order_ts` and the tracked columns; rows without an identity are passed over.
        key: name of the surrogate key, xxhash64 of the identity and valid_from.

    Returns:
        `key`, `identity`, the tracked columns, valid_from, valid_to (half open) and is_current; the intervals of one
        identity neither overlap nor leave gaps.
    """
    at_once = (
        observations.where(F.col(identity).isNotNull())
        # One shuffle and one sort for all that follows: by itself Spark would shuffle by the moment first, which takes
        # little off, since few lines of an identity share one.
        .repartition(identity)
        .groupBy(identity, "order_ts")
        .agg(*(F.max(name).alias(name) for name in tracked))
    )
    in_time = Window.partitionBy(identity).orderBy("order_ts")
    before = in_time.rowsBetween(Window.unboundedPreceding, 0)
    # The first one known of all, for the rows before it: a frame that ends there would be read anew for each row.
    ever = in_time.rowsBetween(Window.unboundedPreceding, Window.unboundedFollowing)
    known = at_once.withColumns(
        {
            name: F.coalesce(F.last(name, ignorenulls=True).over(before), F.first(name, ignorenulls=True).over(ever))
            for name in tracked
        }
    )
    values = F.struct(*tracked)
    changed = known.withColumn("_previous", F.lag(values).over(in_time)).withColumn(
        "_first", F.row_number().over(in_time) == 1
    )
    starts = changed.where(F.col("_first") | ~F.col("_previous").eqNullSafe(values))
    return _intervals(starts, identity, tracked, key)


def _intervals(starts: DataFrame, identity: str, tracked: Sequence[str], key: str) -> DataFrame:
    in_time = Window.partitionBy(identity).orderBy("order_ts")
    valid_from = F.when(F.col("_first"), F.expr(BEGINNING)).otherwise(F.col("order_ts"))
    dated = starts.withColumn("valid_from", valid_from).withColumn("_next", F.lead("order_ts").over(in_time))
    return dated.select(
        F.xxhash64(identity, "valid_from").alias(key),
        identity,
        *tracked,
        "valid_from",
        F.coalesce("_next", F.expr(END)).alias("valid_to"),
        F.col("_next").isNull().alias("is_current"),
    )


def lines_since(lines: DataFrame, start: DataFrame, identity: str) -> DataFrame:
    """The lines whose version of the identity may be another than before, by the moments of `changed_from`."""
    return lines.join(start, identity).where("order_ts >= changed_from")


def changed_from(changes: DataFrame, identity: str, key: str) -> DataFrame:
    """The moment from which on each identity's versions may be others than before.

    A version that only ends at another time stays what it was up to the earlier of both ends.

    Args:
        changes: the dimension's change feed, with both images of updates and Delta's `_change_type`.
        key: name of the surrogate key.

    Returns:
        `identity`, `changed_from` and `is_new` (it had no version before), a row for each identity with a change.
    """
    feed = ("_change_type", "_commit_version", "_commit_timestamp")
    told = F.struct(*(name for name in changes.columns if name not in (*feed, "valid_to", "is_current")))
    stayed = F.bool_and(F.startswith("_change_type", F.lit("update_")))
    versions_changed = changes.groupBy(identity, key, "valid_from").agg(
        (stayed & (F.min(told) == F.max(told))).alias("_only_its_end"),
        F.min("valid_to").alias("_earlier_end"),
        F.bool_and(F.col("_change_type") == "insert").alias("_came"),
    )
    start = F.when(F.col("_only_its_end"), F.col("_earlier_end")).otherwise(F.col("valid_from"))
    # Where there was a version, one has gone, or ends at another time.
    return versions_changed.groupBy(identity).agg(
        F.min(start).alias("changed_from"), F.bool_and("_came").alias("is_new")
    )


def unknown_member(table: Table, rows: DataFrame) -> DataFrame:
    """One row in the table's columns: the key -1, always valid, everything else NULL."""
    fixed = {
        table.key[0]: F.lit(UNKNOWN_KEY),
        "valid_from": F.expr(BEGINNING),
        "valid_to": F.expr(END),
        "is_current": F.lit(True),
    }
    session = rows.sparkSession
    columns = [fixed.get(c.name, F.lit(None)).cast(c.type).alias(c.name) for c in table.columns]
    return session.range(1).select(*columns)


def at_time(lines: DataFrame, dimension: DataFrame, identity: str, columns: Sequence[str]) -> DataFrame:
    """Add to each line `columns` of the version that was valid at its order_ts; NULL where there is none."""
    renamed = dimension.select(
        F.col(identity).alias("_identity"), F.col("valid_from").alias("_from"), F.col("valid_to").alias("_to"), *columns
    )
    valid = (F.col(identity) == F.col("_identity")) & (F.col("order_ts") >= F.col("_from"))
    joined = lines.join(renamed, valid & (F.col("order_ts") < F.col("_to")), "left")
    return joined.drop("_identity", "_from", "_to")
