"""Expressions that would fail, change from run to run, or misread a value are refused before any row is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from pyspark.sql import SparkSession

from lakehouse.errors import MappingError
from lakehouse.sources.expressions import check_expressions, expression_problems
from lakehouse.sources.mapping import Mapping, builtin_sources, load_mapping

Make = Callable[..., Mapping]


@pytest.fixture
def problems(spark: SparkSession, mapping_of: Make) -> Callable[..., dict[str, str]]:
    """What is wrong with each of several expressions for one column; '' where nothing is."""

    def find(column: str, *expressions: str, **changes: object) -> dict[str, str]:
        mapping = mapping_of(**{"format": {"timestamp_format": ""}, **changes})
        found = {sql: expression_problems(spark, replace(mapping, columns={column: sql})) for sql in expressions}
        return {sql: ", ".join(some).removeprefix(f"columns.{column}: ") for sql, some in found.items()}

    return find


Problems = Callable[..., dict[str, str]]


def test_builtin_mappings_are_sound(spark: SparkSession) -> None:
    for name in builtin_sources():
        check_expressions(spark, load_mapping(name))


def test_every_broken_expression_is_told_at_once(spark: SparkSession, mapping_of: Make) -> None:
    mapping = mapping_of(columns={"order_id": "id +", "quantity": "quantty", "country": "rand()"})
    with pytest.raises(MappingError, match=r"^shop\.toml has 3 problem\(s\)") as raised:
        check_expressions(spark, mapping)
    assert [problem.split(":")[0] for problem in raised.value.problems] == [
        "columns.order_id",
        "columns.quantity",
        "columns.country",
    ]


def test_broken_expression_says_why_in_one_sentence(problems: Problems) -> None:
    found = problems("order_id", "id +", "id, q", "id AS order", "id; DROP TABLE x", "nope", "_metadata.file_path")
    assert {sql: text.split(":")[0] for sql, text in list(found.items())[:4]} == dict.fromkeys(
        ["id +", "id, q", "id AS order", "id; DROP TABLE x"], "it is no Spark SQL expression"
    )
    for name in ("nope", "_metadata.file_path"):
        assert "cannot be resolved" in found[name]
        assert found[name].endswith("The fields of this mapping are: id, q, p, t.")
    assert not [text for text in found.values() if "\n" in text or "SQLSTATE" in text or text.startswith("[")]


def test_value_that_changes_from_run_to_run_is_refused(problems: Problems) -> None:
    found = problems(
        "order_id", "rand()", "uuid()", "shuffle(array(1))[0]", "monotonically_increasing_id()",
        "current_timestamp", "CURRENT_DATE()", "now()", "unix_timestamp()", "input_file_name()", "user", "version()",
        "current_database()", "concat(id, now ( ))",
    )  # fmt: skip
    assert [sql for sql, text in found.items() if "loading a file again would change its rows" not in text] == []


def test_fields_and_texts_named_like_functions_are_taken(problems: Problems) -> None:
    fields = {"id": "id", "user": "user", "now": "now", "nowy": "nowy", "current_date": "date"}
    found = problems(
        "order_id", "user", "now", "nowy || id", "current_date", "CASE WHEN id = 'now()' THEN 'select' END",
        "id -- the invoice", "concat(id, /* blank */ ' ')", fields=fields,
    )  # fmt: skip
    assert set(found.values()) == {""}


def test_value_from_other_rows_is_refused(problems: Problems) -> None:
    found = problems(
        "order_id", "max(id)", "count_if(true)", "row_number() OVER (ORDER BY id)", "lag(id) OVER (ORDER BY id)",
        "explode(split(id, ','))", "inline(array(struct(1)))", "(SELECT 1)", "EXISTS (select 1)",
    )  # fmt: skip
    assert [sql for sql, text in found.items() if "a value comes from its own line's fields alone" not in text] == []


def test_money_never_goes_through_a_float(problems: Problems) -> None:
    found = problems("unit_price", "p * 1.0D", "CAST(p AS DOUBLE)", "p::float", "true", "array(p)", "DATE'2024-01-01'")
    assert found["p * 1.0D"] == (
        "it gives DOUBLE, and must be a text or a DECIMAL: try_cast(... AS DECIMAL(38, 10)) gives one; "
        "money never goes through a float"
    )
    assert [sql for sql, text in found.items() if "money never goes through a float" not in text] == []
    exact = problems("unit_price", "p", "try_cast(p AS DECIMAL(38, 10)) / 100", "try_cast(p AS INT)", "1.5", "NULL")
    assert set(exact.values()) == {""}


def test_text_column_of_another_type_is_refused(problems: Problems) -> None:
    found = problems("order_id", "try_cast(id AS DOUBLE)", "array(id)", "struct(id, q)", "CAST(id AS BINARY)")
    assert [sql for sql, text in found.items() if "and must be a text" not in text] == []
    assert set(problems("order_id", "id", "try_cast(id AS BIGINT)", "NULL").values()) == {""}


def test_deleted_that_is_no_truth_value_is_refused(problems: Problems) -> None:
    found = problems("deleted", "q", "NULL", "1", "id = 'x'")
    assert [text.split(", such")[0] for text in found.values()] == [
        "it gives STRING, and must be true or false",
        "it gives VOID, and must be true or false",
        "it gives INT, and must be true or false",
        "",
    ]


def test_time_read_without_a_format_is_refused(problems: Problems) -> None:
    found = problems(
        "order_ts", "try_cast(t AS TIMESTAMP)", "CAST(t AS timestamp_ntz)", "t::timestamp", "t::date",
        "to_timestamp(t)", "try_to_timestamp(t)", "to_timestamp(trim(t))", "to_date(replace(t, '/', '-'))",
        "timestamp(t)", "to_timestamp_ntz(concat(t, ')'))",
    )  # fmt: skip
    assert [sql for sql, text in found.items() if "reads '12:30' as today" not in text] == []
    told = problems(
        "order_ts", "try_to_timestamp(t, 'yyyy-MM-dd')", "try_to_timestamp(trim(t), concat('yyyy', '-MM-dd'))",
        "make_timestamp(2024, 1, 1, 0, 0, 0)", "TIMESTAMP'2024-01-01 00:00:00'",
    )  # fmt: skip
    assert set(told.values()) == {""}


def test_time_that_is_utc_already_is_not_shifted_again(problems: Problems) -> None:
    instants = (
        "timestamp_millis(try_cast(t AS BIGINT))",
        "try_to_timestamp(t, \"yyyy-MM-dd'T'HH:mm:ssXXX\")",
        "try_to_timestamp(t, 'yyyy-MM-dd HH:mm:ss.SSS Z')",
    )
    berlin = problems("order_ts", *instants, timezone="Europe/Berlin")
    assert [sql for sql, text in berlin.items() if 'set timezone = "UTC"' not in text] == []
    assert set(problems("order_ts", *instants, timezone="UTC").values()) == {""}


def test_text_time_needs_a_format(problems: Problems) -> None:
    (text,) = problems("order_ts", "t", format={"timestamp_format": ""}).values()
    assert text.startswith("it gives a text; name its format, such as timestamp_format = ")


@pytest.mark.parametrize("pattern", ["yyyy-MM-ddTHH:mm", "YYYY-MM-dd yyyy", "yyyy-MM-dd ss.SSSSSSSSSSSS"])
def test_time_pattern_unknown_to_spark_is_refused(problems: Problems, pattern: str) -> None:
    (text,) = problems("order_id", "id", format={"timestamp_format": pattern}).values()
    assert text.startswith(f"format.timestamp_format {pattern!r} is no pattern that Spark knows")


def test_expression_that_one_strange_row_would_stop_is_refused(problems: Problems) -> None:
    found = problems("quantity", "q * 2", "CAST(q AS DECIMAL(38, 10))", "try_cast(q AS DECIMAL(38, 10))", "q")
    failing = [sql for sql, text in found.items() if "one such row would stop every run" in text]
    assert failing == ["q * 2", "CAST(q AS DECIMAL(38, 10))"]
