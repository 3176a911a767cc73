"""What becomes of each record: duplicate, quarantined, superseded, deleted, set_aside or fact, in this order."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window, WindowSpec
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
    sound = F.size("reasons") == 0
    copy = F.coalesce(F.lag("content_hash").over(_newest_first()) == F.col("content_hash"), F.lit(False))
    timed = lines.withColumn("_time", F.when(sound, F.col("updated_at")))
    marked = timed.withColumn("_copy", copy).withColumn("_counts", ~F.col("_copy") & sound)
    if has_updates:
        decided = _newest_counts(marked)
    elif has_id:
        decided = _conflicts(marked)
    else:
        decided = marked.withColumn("_state", _of_kind())
    quarantined = F.size("reasons") > 0
    disposition = F.when(F.col("_copy"), "duplicate").when(quarantined, "quarantined").otherwise(F.col("_state"))
    return decided.withColumn("disposition", disposition).drop("_time", "_copy", "_counts", "_state")


def _newest_first() -> WindowSpec:
    """The records of a line, copies side by side: a valid content tells one time, and what breaks a rule is put last.

    All windows share the sort.
    """
    return Window.partitionBy("line_id").orderBy(F.desc("_time"), F.desc("content_hash"), "file", "line_number")


def _of_kind() -> Column:
    return F.when(F.col("line_type") == "adjustment", "set_aside").otherwise("fact")


def _newest_counts(lines: DataFrame) -> DataFrame:
    """The newest valid state counts, at equal times the greater content hash; a tombstone takes all older ones."""
    so_far = _newest_first().rowsBetween(Window.unboundedPreceding, Window.currentRow)
    ranked = lines.withColumns(
        {
            "_rank": F.sum(F.col("_counts").cast("int")).over(so_far),
            "_gone": F.first(F.when(F.col("_counts"), F.col("deleted")), ignorenulls=True).over(so_far),
        }
    )
    state = F.when(F.col("_gone"), "deleted").when(F.col("_rank") > 1, "superseded").otherwise(_of_kind())
    return ranked.withColumn("_state", state).drop("_rank", "_gone")


def _conflicts(lines: DataFrame) -> DataFrame:
    """Without a time, nothing tells which of several states counts: none does."""
    states = F.sum(F.col("_counts").cast("int")).over(Window.partitionBy("line_id"))
    conflict = F.col("_counts") & (states > 1)
    reasons = F.when(conflict, F.array(F.lit(CONFLICTING_LINE))).otherwise(F.col("reasons"))
    return lines.withColumn("reasons", reasons).withColumn("_state", _of_kind())
