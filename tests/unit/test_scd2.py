"""Versions of products and customers from dated observations: what held when."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyspark.sql import DataFrame, SparkSession

from lakehouse.transforms.scd2 import at_time, changed_from, lines_since, versions

# On Glue, and here where much has landed, queries are compiled.
pytestmark = pytest.mark.usefixtures("compiled")

BEGINNING, END = "1900-01-01 00:00:00", "9999-12-31 00:00:00"
MAY, JUNE, JULY = "2024-05-01 00:00:00", "2024-06-01 00:00:00", "2024-07-01 00:00:00"

Observation = tuple[str | None, str, str | None, str | None]
Interval = tuple[str, str, str, str | None, str | None]


def observed(spark: SparkSession, *rows: Observation) -> DataFrame:
    told = spark.createDataFrame(rows, "id STRING, at STRING, name STRING, category STRING")
    return told.selectExpr("id", "CAST(at AS TIMESTAMP) AS order_ts", "name", "category")


def history(spark: SparkSession, *rows: Observation) -> list[Interval]:
    """id, valid_from, valid_to, name, category."""
    found = versions(observed(spark, *rows), "id", ["name", "category"], "key")
    texts = ("id", "CAST(valid_from AS STRING)", "CAST(valid_to AS STRING)", "name", "category")
    return sorted((tuple(row) for row in found.selectExpr(*texts).collect()), key=str)


def test_first_version_holds_from_1900_so_that_no_earlier_line_lacks_one(spark: SparkSession) -> None:
    assert history(spark, ("P1", MAY, "Cup", "Kitchen")) == [("P1", BEGINNING, END, "Cup", "Kitchen")]


def test_new_version_begins_at_the_moment_of_the_line_that_tells_of_it(spark: SparkSession) -> None:
    assert history(
        spark, ("P1", MAY, "Cup", "Kitchen"), ("P1", JUNE, "Mug", "Kitchen"), ("P1", JULY, "Mug", "Gifts")
    ) == [
        ("P1", BEGINNING, JUNE, "Cup", "Kitchen"),
        ("P1", JUNE, JULY, "Mug", "Kitchen"),
        ("P1", JULY, END, "Mug", "Gifts"),
    ]


def test_equal_times_give_one_version_with_the_greatest_values(spark: SparkSession) -> None:
    assert history(spark, ("P1", MAY, "Cup", "Kitchen"), ("P1", MAY, "Mug", "Gifts")) == [
        ("P1", BEGINNING, END, "Mug", "Kitchen")
    ]


def test_null_is_no_change_and_the_first_known_value_reaches_back(spark: SparkSession) -> None:
    assert history(spark, ("P1", MAY, "Cup", None), ("P1", JUNE, None, "Kitchen"), ("P1", JULY, "Cup", None)) == [
        ("P1", BEGINNING, END, "Cup", "Kitchen")
    ]


def test_value_that_comes_back_is_a_version_of_its_own(spark: SparkSession) -> None:
    assert history(spark, ("P1", MAY, "Cup", None), ("P1", JUNE, "Mug", None), ("P1", JULY, "Cup", None)) == [
        ("P1", BEGINNING, JUNE, "Cup", None),
        ("P1", JUNE, JULY, "Mug", None),
        ("P1", JULY, END, "Cup", None),
    ]


def test_identity_of_which_always_the_same_is_told_has_one_version(spark: SparkSession) -> None:
    rows = [("P1", at, "Cup", None) for at in (MAY, JUNE, JULY)] + [("P2", MAY, None, None)]
    assert history(spark, *rows, ("P3", MAY, "Cup", None), ("P3", JULY, "Mug", None)) == [
        ("P1", BEGINNING, END, "Cup", None),
        ("P2", BEGINNING, END, None, None),
        ("P3", BEGINNING, JULY, "Cup", None),
        ("P3", JULY, END, "Mug", None),
    ]


def test_key_is_a_hash_of_identity_and_beginning(spark: SparkSession) -> None:
    rows = (("P1", MAY, "Cup", None), ("P2", MAY, "Cup", None), ("P2", JUNE, "Mug", None))
    found = versions(observed(spark, *rows), "id", ["name"], "key")
    assert found.where("key <> xxhash64(id, valid_from)").isEmpty()
    assert found.select("key").distinct().count() == 3


def test_history_takes_one_shuffle_and_one_sort(spark: SparkSession, capsys: pytest.CaptureFixture[str]) -> None:
    versions(observed(spark, ("P1", MAY, "Cup", None)), "id", ["name"], "key").explain()
    plan = capsys.readouterr().out
    assert (plan.count("Exchange hashpartitioning("), plan.count(" Sort [")) == (1, 1)


def test_line_without_an_identity_makes_no_version(spark: SparkSession) -> None:
    assert history(spark, (None, MAY, "Cup", None)) == []


def test_line_gets_the_version_that_held_at_its_own_moment(spark: SparkSession) -> None:
    dimension = versions(
        observed(spark, ("P1", MAY, "Cup", None), ("P1", JUNE, "Mug", None)), "id", ["name"], "key"
    ).select("id", "valid_from", "valid_to", "name")
    lines = observed(
        spark,
        ("P1", "2024-05-31 23:59:59.999999", None, None),
        ("P1", JUNE, None, None),
        ("P1", "2001-01-01 00:00:00", None, None),
        ("P2", JUNE, None, None),
        (None, JUNE, None, None),
    ).drop("name")
    found = at_time(lines, dimension, "id", ["name"]).selectExpr("id", "CAST(order_ts AS STRING)", "name").collect()
    assert sorted((tuple(row) for row in found), key=str) == [
        ("P1", "2001-01-01 00:00:00", "Cup"),
        ("P1", "2024-05-31 23:59:59.999999", "Cup"),
        ("P1", JUNE, "Mug"),
        ("P2", JUNE, None),
        (None, JUNE, None),
    ]


def moment(minute: int) -> str:
    return str(datetime(2024, 1, 1) + timedelta(minutes=minute))


observations = st.lists(
    st.tuples(
        st.sampled_from(["P1", "P2", "P3", "P4"]),
        st.integers(0, 6).map(moment),
        st.sampled_from([None, "a", "b", "c"]),
        st.sampled_from([None, "x", "y"]),
    ),
    min_size=1,
    max_size=60,
)


def known_at(rows: list[Observation], identity: str, at: str, column: int) -> str | None:
    """The plain rule: the greatest value of the last moment that tells one, else of the first that does."""
    told = sorted({(row[1], value) for row in rows if row[0] == identity and (value := row[column]) is not None})
    before = [value for when, value in told if when <= at]
    first = [value for when, value in told if when == told[0][0]]
    return before[-1] if before else (first[-1] if first else None)


@settings(max_examples=6, deadline=None)
@given(observations)
def test_intervals_neither_overlap_nor_leave_gaps_and_hold_what_was_told(
    spark: SparkSession, rows: list[Observation]
) -> None:
    found = history(spark, *rows)
    for identity in {str(row[0]) for row in rows}:
        own = [interval for interval in found if interval[0] == identity]
        assert own[0][1] == BEGINNING
        assert own[-1][2] == END
        for one, following in pairwise(own):
            assert one[2] == following[1]
            assert one[3:] != following[3:]
        for at in {row[1] for row in rows if row[0] == identity}:
            (held,) = [interval for interval in own if interval[1] <= at < interval[2]]
            assert held[3:] == (known_at(rows, identity, at, 2), known_at(rows, identity, at, 3))


def feed_between(spark: SparkSession, before: list[Observation], after: list[Observation]) -> DataFrame:
    """What Delta tells of a table that held the versions of `before` and then those of `after`."""
    old, new = ({row["key"]: row for row in kept(spark, rows).collect()} for rows in (before, after))
    feed = [(*old[key], "delete") for key in old.keys() - new.keys()]
    feed += [(*new[key], "insert") for key in new.keys() - old.keys()]
    for key in old.keys() & new.keys():
        if old[key] != new[key]:
            feed += [(*old[key], "update_preimage"), (*new[key], "update_postimage")]
    return spark.createDataFrame(feed, kept(spark, before).schema.add("_change_type", "string"))


def kept(spark: SparkSession, rows: list[Observation]) -> DataFrame:
    return versions(observed(spark, *rows), "id", ["name", "category"], "key")


def changes_begin(feed: DataFrame) -> dict[str, str]:
    found = changed_from(feed, "id", "key").selectExpr("id", "CAST(changed_from AS STRING)").collect()
    return {row[0]: row[1] for row in found}


CUP, MUG = ("P1", MAY, "Cup", None), ("P1", JULY, "Mug", None)


@pytest.mark.parametrize(
    ("before", "after", "begin"),
    [
        ([CUP], [CUP, MUG], JULY),
        ([CUP, MUG], [CUP], JULY),
        ([CUP, MUG], [CUP, ("P1", JUNE, "Mug", None)], JUNE),
        ([CUP, MUG], [("P1", MAY, "Jug", None), MUG], BEGINNING),
        ([CUP, MUG], [CUP, ("P1", JULY, "Jug", None)], JULY),
    ],
    ids=["a new version", "one taken back", "one that begins earlier", "another first name", "another later name"],
)
def test_versions_change_from_the_first_moment_that_is_told_otherwise(
    spark: SparkSession, before: list[Observation], after: list[Observation], begin: str
) -> None:
    assert changes_begin(feed_between(spark, before, after)) == {"P1": begin}


def test_only_lines_from_the_change_on_may_have_another_version(spark: SparkSession) -> None:
    lines = observed(spark, *(("P1", at, None, None) for at in (MAY, JUNE, JULY)), ("P2", JULY, None, None))
    feed = feed_between(spark, [CUP], [CUP, ("P1", JUNE, "Mug", None)])
    found = lines_since(lines, changed_from(feed, "id", "key"), "id").selectExpr("id", "CAST(order_ts AS STRING)")
    assert sorted(tuple(row) for row in found.collect()) == [("P1", JUNE), ("P1", JULY)]


def test_only_identity_without_a_version_before_is_new(spark: SparkSession) -> None:
    feed = feed_between(spark, [CUP], [CUP, MUG, ("P2", JUNE, "Cup", None)])
    assert {row["id"]: row["is_new"] for row in changed_from(feed, "id", "key").collect()} == {"P1": False, "P2": True}


def test_version_that_went_and_came_back_counts_from_its_beginning(spark: SparkSession) -> None:
    other: list[Observation] = [("P2", MAY, "Cup", None)]
    feed = feed_between(spark, [CUP], other).union(feed_between(spark, other, [CUP])).where("id = 'P1'")
    assert changes_begin(feed) == {"P1": BEGINNING}


@settings(max_examples=6, deadline=None)
@given(observations, observations, observations)
def test_no_moment_before_the_change_has_another_version(
    spark: SparkSession, first: list[Observation], between: list[Observation], last: list[Observation]
) -> None:
    begin = changes_begin(feed_between(spark, first, between).union(feed_between(spark, between, last)))
    # A fact that was built from the state between has been marked with the first one where its job was killed.
    for before in (first, between):
        old, new = history(spark, *before), history(spark, *last)
        for identity, at in ((f"P{n}", moment(minute)) for n in range(1, 5) for minute in range(8)):
            was, is_now = (
                [(start, *values) for id_, start, end, *values in found if id_ == identity and start <= at < end]
                for found in (old, new)
            )
            assert was == is_now or at >= begin[identity]
