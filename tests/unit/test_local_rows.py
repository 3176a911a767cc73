"""Rows of Python in Spark: exact, typed, and refused where they do not fit."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from py4j.protocol import Py4JJavaError  # type: ignore[import-untyped]
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from lakehouse.local_rows import local_rows

SCHEMA = (
    "name STRING, `Invoice No` STRING, amount DECIMAL(28,4), id BIGINT, day DATE, at TIMESTAMP, share DOUBLE, "
    "good BOOLEAN, inputs MAP<STRING, STRUCT<id: STRING, version: BIGINT>>"
)
ROW: dict[str, Any] = {
    "name": 'a "quoted" \\ täxt\n\u2028',
    "Invoice No": "",
    "amount": Decimal("123456789012345678901234.5678"),
    "id": 2**63 - 1,
    "day": date(1900, 1, 1),
    "at": datetime(2024, 3, 31, 1, 30, 0, 123456, UTC),
    "share": 0.1,
    "good": False,
    "inputs": {"silver.order_lines": {"id": "x", "version": 2**53 + 1}},
}


def test_every_value_arrives_as_it_was_given(spark: SparkSession) -> None:
    rows = local_rows(spark, [ROW], SCHEMA)
    epoch = rows.selectExpr("unix_micros(at)").collect()[0][0]
    [found] = rows.drop("at").collect()
    assert found.asDict(recursive=True) == {name: value for name, value in ROW.items() if name != "at"}
    assert epoch == int(ROW["at"].timestamp()) * 1_000_000 + 123456


def test_value_that_is_not_given_is_null(spark: SparkSession) -> None:
    rows = local_rows(spark, [{"a": None}, {"a": 1, "c": "not a column"}], "a INT, b STRING")
    assert [tuple(row) for row in rows.collect()] == [(None, None), (1, None)]


def test_no_rows_still_have_their_columns(spark: SparkSession) -> None:
    rows = local_rows(spark, [], "a INT, b STRING")
    assert (rows.columns, rows.collect()) == (["a", "b"], [])


def test_value_of_another_type_fails_and_does_not_become_null(spark: SparkSession) -> None:
    with pytest.raises((PySparkException, Py4JJavaError), match=r"MALFORMED_RECORD|many"):
        local_rows(spark, [{"a": "many"}], "a INT").collect()
