"""What becomes of each record: duplicate, quarantined, superseded, deleted, set_aside or fact, in this order."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from lakehouse.quality import CONFLICTING_LINE


def decide(lines: DataFrame, *, has_id: bool, has_updates: bool) -> DataFrame:
    """Give every record its disposition; all records of a line must be among `lines`.

    Args:
        lines: records from `transforms.order_lines`.
        has_id: whether the source tells line ids: only then can a line have several states.
        has_updates: whether the source tells which state is newer.

    Returns:
        The lines with `disposition`, and `reasons` completed by conflicting_line.
    """
    copies = Window.partitionBy("line_id", "content_hash").orderBy("file", "line_number")
    # One shuffle for all windows: by itself Spark would make another where the keys are fewer.
    first = lines.repartition("line_id").withColumn("_first", F.row_number().over(copies) == 1)
    first = first.withColumn("_counts", F.col("_first") & (F.size("reasons") == 0))
    if has_updates:
        decided = _newest_counts(first)
    elif has_id:
        decided = _conflicts(first)
    else:
        decided = first.withColumn("_state", _of_kind())
    quarantined = F.size("reasons") > 0
    disposition = F.when(~F.col("_first"), "duplicate").when(quarantined, "quarantined").otherwise(F.col("_state"))
    return decided.withColumn("disposition", disposition).drop("_first", "_counts", "_state")


def _of_kind() -> Column:
    return F.when(F.col("line_type") == "adjustment", "set_aside").otherwise("fact")


def _newest_counts(lines: DataFrame) -> DataFrame:
    """The newest valid state counts, at equal times the greater content hash; a tombstone takes all before it."""
    states = Window.partitionBy("line_id").orderBy(
        F.desc("_counts"), F.desc("updated_at"), F.desc("content_hash"), "file", "line_number"
    )
    ranked = lines.withColumn("_rank", F.row_number().over(states)).withColumn("_gone", F.first("deleted").over(states))
    state = F.when(F.col("_gone"), "deleted").when(F.col("_rank") > 1, "superseded").otherwise(_of_kind())
    return ranked.withColumn("_state", state).drop("_rank", "_gone")


def _conflicts(lines: DataFrame) -> DataFrame:
    """Without a time, nothing tells which of several states counts: none does."""
    states = F.sum(F.col("_counts").cast("int")).over(Window.partitionBy("line_id"))
    conflict = F.col("_counts") & (states > 1)
    reasons = F.when(conflict, F.array(F.lit(CONFLICTING_LINE))).otherwise(F.col("reasons"))
    return lines.withColumn("reasons", reasons).withColumn("_state", _of_kind())
