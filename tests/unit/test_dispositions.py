"""What becomes of each record of a line: the order of decisions."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from pyspark.sql import SparkSession

from lakehouse.transforms.dispositions import decide

# On Glue, and here where much has landed, queries are compiled.
pytestmark = pytest.mark.usefixtures("compiled")

SCHEMA = (
    "line_id STRING, content_hash BIGINT, at STRING, deleted BOOLEAN, line_type STRING, reasons ARRAY<STRING>, "
    "file STRING, line_number BIGINT"
)


@dataclass(frozen=True)
class State:
    """One record of a line: content 1, 2, ... as delivered, updated on a day of May."""

    content: int
    day: int | None = None
    broken: str | None = None
    deleted: bool = False
    line_type: str = "sale"
    line: str = "L1"


def decided(
    spark: SparkSession, *states: State, has_id: bool = True, has_updates: bool = True
) -> list[tuple[str, list[str]]]:
    """Disposition and reasons of each state, in the order given; each comes in a file of its own."""
    rows = [
        (
            state.line,
            state.content,
            f"2024-05-{state.day:02d}" if state.day else None,
            state.deleted,
            state.line_type,
            [state.broken] if state.broken else [],
            f"{number:02d}.csv",
            1,
        )
        for number, state in enumerate(states)
    ]
    records = spark.createDataFrame(rows, SCHEMA).selectExpr("*", "CAST(at AS TIMESTAMP) AS updated_at").drop("at")
    found = decide(records, has_id=has_id, has_updates=has_updates).orderBy("file").collect()
    return [(row["disposition"], row["reasons"]) for row in found]


def dispositions(spark: SparkSession, *states: State, has_id: bool = True, has_updates: bool = True) -> list[str]:
    return [name for name, _ in decided(spark, *states, has_id=has_id, has_updates=has_updates)]


CASES = {
    "newest state is current, older ones are superseded": (
        (State(1, day=1), State(3, day=3), State(2, day=2)),
        ["superseded", "fact", "superseded"],
    ),
    "copy of a state is a duplicate, also of a superseded one": (
        (State(1, day=1), State(2, day=2), State(1, day=1), State(2, day=2)),
        ["superseded", "fact", "duplicate", "duplicate"],
    ),
    "copy of a broken record is a duplicate before it is quarantined": (
        (State(1, day=1, broken="wrong_sign"), State(1, day=1, broken="wrong_sign")),
        ["quarantined", "duplicate"],
    ),
    "newest state that breaks a rule leaves the valid one before it current": (
        (State(1, day=1), State(2, day=2, broken="wrong_sign")),
        ["fact", "quarantined"],
    ),
    "mended state after a broken one is current": (
        (State(1, day=1), State(2, day=2, broken="wrong_sign"), State(3, day=3)),
        ["superseded", "quarantined", "fact"],
    ),
    "equal times go to the greater content hash, whichever came first": (
        (State(9, day=1), State(-9, day=1)),
        ["fact", "superseded"],
    ),
    "tombstone takes the states before it": (
        (State(1, day=1), State(2, day=2), State(3, day=3, deleted=True)),
        ["deleted", "deleted", "deleted"],
    ),
    "tombstone that comes before its line still deletes it": (
        (State(3, day=3, deleted=True), State(1, day=1)),
        ["deleted", "deleted"],
    ),
    "state newer than the tombstone brings the line back": (
        (State(1, day=1), State(2, day=2, deleted=True), State(3, day=3)),
        ["superseded", "superseded", "fact"],
    ),
    "tombstone that breaks a rule deletes nothing": (
        (State(1, day=1), State(2, broken="invalid_updated_at", deleted=True)),
        ["fact", "quarantined"],
    ),
    "broken state newer than the tombstone changes nothing": (
        (State(3, day=3, broken="wrong_sign"), State(2, day=2, deleted=True), State(1, day=1)),
        ["quarantined", "deleted", "deleted"],
    ),
    "copies are told at equal times, however they came": (
        (State(1, day=1), State(2, day=1), State(1, day=1)),
        ["superseded", "fact", "duplicate"],
    ),
    "copies of broken records are told, whatever could be read of their time": (
        (State(5, broken="malformed_line"), State(6, broken="wrong_sign"), State(5, day=3, broken="malformed_line")),
        ["quarantined", "quarantined", "duplicate"],
    ),
    "current adjustment is set aside": (
        (State(1, day=1), State(2, day=2, line_type="adjustment")),
        ["superseded", "set_aside"],
    ),
    "other lines bear on nothing": (
        (State(1, day=1), State(2, day=2, line="L2"), State(3, day=3, line="L3", deleted=True)),
        ["fact", "fact", "deleted"],
    ),
}


@pytest.mark.parametrize(("states", "expected"), CASES.values(), ids=CASES.keys())
def test_with_a_time_the_newest_valid_state_counts(
    spark: SparkSession, states: tuple[State, ...], expected: list[str]
) -> None:
    assert dispositions(spark, *states) == expected


def test_without_a_time_no_state_of_a_conflicting_line_counts(spark: SparkSession) -> None:
    found = decided(spark, State(1), State(2), State(1), State(3, line="L2"), has_updates=False)
    assert found == [
        ("quarantined", ["conflicting_line"]),
        ("quarantined", ["conflicting_line"]),
        ("duplicate", []),
        ("fact", []),
    ]


def test_broken_record_does_not_conflict_with_the_good_one_of_its_line(spark: SparkSession) -> None:
    found = decided(spark, State(1), State(2, broken="wrong_sign"), has_updates=False)
    assert found == [("fact", []), ("quarantined", ["wrong_sign"])]


def test_without_ids_equal_records_are_one_line(spark: SparkSession) -> None:
    states = (State(1), State(1), State(2, line="L2", line_type="adjustment"))
    assert dispositions(spark, *states, has_id=False, has_updates=False) == ["fact", "duplicate", "set_aside"]


def test_lines_are_shuffled_once_for_all_windows(spark: SparkSession, capsys: pytest.CaptureFixture[str]) -> None:
    lines = spark.createDataFrame([], SCHEMA.replace("at STRING", "updated_at TIMESTAMP"))
    decide(lines, has_id=True, has_updates=True).explain()
    assert capsys.readouterr().out.count("Exchange hashpartitioning(") == 1
