"""What changed lines tell the dimensions: the same as all lines would, and asked of the others only where need be."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyspark.sql import DataFrame, SparkSession

from lakehouse.caching import cached
from lakehouse.transforms.dimensions import (
    COUNTRIES,
    CUSTOMERS,
    PRODUCTS,
    Observed,
    calendar,
    calendar_may_change,
    net_changes,
)

Line = tuple[int, str | None, str | None, str | None, str]
"""Its number, customer and country, product name (of the one product P), and moment."""

LINES = "n INT, customer_id STRING, country STRING, product_name STRING, at STRING"
DERIVED = (
    "CAST(at AS TIMESTAMP) AS order_ts", "CAST(at AS DATE) AS order_date", "'P' AS product_id",
    "CAST(NULL AS STRING) AS category",
)  # fmt: skip
MAY, JUNE, JULY = "2024-05-01 10:00:00", "2024-06-01 10:00:00", "2024-07-01 10:00:00"


def lines_of(spark: SparkSession, lines: list[Line]) -> DataFrame:
    return spark.createDataFrame(lines, LINES).selectExpr("*", *DERIVED)


def feed(spark: SparkSession, *states: list[Line]) -> DataFrame:
    """What Delta tells of a table that held the states one after the other, a commit each."""
    told: list[tuple[Any, ...]] = []
    for version, (before, after) in enumerate(pairwise(states), start=1):
        old, new = {line[0]: line for line in before}, {line[0]: line for line in after}
        told += [(*old[n], "delete", version) for n in old.keys() - new.keys()]
        told += [(*new[n], "insert", version) for n in new.keys() - old.keys()]
        changed = [n for n in old.keys() & new.keys() if old[n] != new[n]]
        told += [(*old[n], "update_preimage", version) for n in changed]
        told += [(*new[n], "update_postimage", version) for n in changed]
    changes = spark.createDataFrame(told, f"{LINES}, _change_type STRING, _commit_version INT")
    return changes.selectExpr("*", *DERIVED)


def touched(spark: SparkSession, of: Observed, *states: list[Line]) -> dict[str, bool]:
    """By member that is other than before, whether it is new."""
    known = of.members(lines_of(spark, states[0]))
    found = of.touched(net_changes(feed(spark, *states), of.observation), known)
    return {row[of.identity]: row["is_new"] for row in found.collect()}


ANN: Line = (1, "Ann", "France", "Cup", MAY)
BEN: Line = (2, "Ben", "Spain", "Cup", JUNE)


@pytest.mark.parametrize(
    ("before", "after", "customers"),
    [
        ([ANN], [ANN, (3, "Ann", "France", "Cup", JULY)], {}),
        ([ANN], [ANN, (3, "Ann", None, "Cup", JULY)], {}),
        ([ANN], [ANN, BEN], {"Ben": True}),
        ([ANN], [ANN, (3, "Ann", "Spain", "Cup", JULY)], {"Ann": False}),
        ([ANN, BEN], [ANN], {"Ben": False}),
        ([ANN], [(1, "Ben", "France", "Cup", MAY)], {"Ann": False, "Ben": True}),
        ([ANN], [(1, "Ann", "France", "Mug", MAY)], {}),
        ([ANN], [ANN, (3, None, "Spain", "Cup", JULY)], {}),
    ],
    ids=["known", "tells nothing", "new", "moved", "gone", "other customer", "other product", "guest"],
)
def test_only_members_of_whom_lines_tell_something_new_are_touched(
    spark: SparkSession, before: list[Line], after: list[Line], customers: dict[str, bool]
) -> None:
    assert touched(spark, CUSTOMERS, before, after) == customers


def test_line_that_came_and_was_taken_back_touches_its_member(spark: SparkSession) -> None:
    # A run that was killed may have used the commit between.
    moved = [ANN, (3, "Ann", "Spain", "Cup", JULY)]
    assert touched(spark, CUSTOMERS, [ANN], moved, [ANN]) == {"Ann": False}
    assert touched(spark, COUNTRIES, [ANN], moved, [ANN]) == {"Spain": False}


lines = st.lists(
    st.tuples(
        st.integers(1, 12),
        st.sampled_from(["Ann", "Ben", "Cem", None]),
        st.sampled_from(["France", "Spain", None]),
        st.sampled_from(["Cup", "Mug", None]),
        st.integers(0, 5).map(lambda day: str(datetime(2023, 12, 29) + timedelta(days=day))),
    ),
    max_size=20,
    unique_by=lambda line: line[0],
)


@settings(max_examples=3, deadline=None)
@given(lines, lines, lines, st.booleans())
def test_members_after_a_change_are_those_that_all_lines_tell_of(
    spark: SparkSession, first: list[Line], between: list[Line], last: list[Line], killed: bool
) -> None:
    now = lines_of(spark, last)
    for of in (PRODUCTS, CUSTOMERS, COUNTRIES):
        news = net_changes(feed(spark, first, between, last), of.observation)
        # A job that was killed has written what it made of the lines between, and reads the feed from the first on.
        known = of.members(lines_of(spark, between if killed else first))
        with cached(of.touched(news, known)) as other:
            left = known.join(other, of.identity, "left_anti").select(known.columns)
            found = left.union(of.members(of.told(news, other, now))).collect()
        assert sorted(map(str, found)) == sorted(map(str, of.members(now).collect()))


@pytest.mark.parametrize(
    ("before", "after", "asked"),
    [
        ([ANN], [ANN, BEN], False),
        ([ANN], [ANN, (2, "Ben", "Spain", "Cup", "2025-01-01 10:00:00")], True),
        ([ANN, BEN], [ANN], True),
        ([ANN], [(1, "Ann", "Spain", "Mug", MAY)], False),
        ([], [ANN], True),
    ],
    ids=["within", "next year", "gone", "same day", "first line"],
)
def test_calendar_is_made_anew_only_where_its_years_may_change(
    spark: SparkSession, before: list[Line], after: list[Line], asked: bool
) -> None:
    news = net_changes(feed(spark, before, after), ["order_date"])
    assert calendar_may_change(news, calendar(lines_of(spark, before))).isEmpty() is not asked


def test_line_gone_from_a_year_amid_the_calendar_does_not_change_it(spark: SparkSession) -> None:
    of_years: list[Line] = [(n, "Ann", "France", "Cup", f"{2020 + n}-05-01 10:00:00") for n in (1, 2, 3)]
    news = net_changes(feed(spark, of_years, [of_years[0], of_years[2]]), ["order_date"])
    assert [row["order_date"] for row in news.where("NOT came").collect()] == [date(2022, 5, 1)]
    assert calendar_may_change(news, calendar(lines_of(spark, of_years))).isEmpty()
