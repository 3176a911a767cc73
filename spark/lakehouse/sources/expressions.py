"""The mapping's expressions, held against Spark before any row is read."""

from __future__ import annotations

import re

from pyspark.errors import AnalysisException, ParseException, PySparkException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import (
    BooleanType,
    DataType,
    DateType,
    DecimalType,
    IntegralType,
    NullType,
    StringType,
    TimestampNTZType,
    TimestampType,
)

from lakehouse.errors import MappingError
from lakehouse.local_rows import local_rows
from lakehouse.sources.mapping import Mapping
from lakehouse.sources.parse import fields_schema

# Spark counts these as deterministic, since they are one value within a query; not from run to run.
CHANGING = re.compile(
    r"(?<![.`\w])(?:(current_timestamp|current_date|current_time|localtimestamp|current_user|session_user|user)\b|"
    r"(now|curdate|unix_timestamp(?=\s*\(\s*\))|current_\w+|input_file_\w+|(try_)?reflect|java_method|version)\s*\()",
    re.I,
)
TEXT = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")
BARE_CAST = re.compile(r"\bas\s+(timestamp|date)|::\s*(timestamp|date)", re.I)
INNERMOST_CALL = re.compile(r"(?P<name>\w*)\s*\((?P<arguments>[^()]*)\)")
READS_TIME = re.compile(r"(try_)?to_(timestamp|date)(_ntz|_ltz)?|timestamp|date", re.I)
INSTANT = re.compile(r"\btimestamp_(seconds|millis|micros)\b|\bfrom_unixtime\b|[sS]]?\s?\[?[XxZzOV]+]?['\"]", re.I)

TEXTS: tuple[type[DataType], ...] = (StringType, DecimalType, IntegralType, BooleanType, DateType, NullType)
NUMBERS: tuple[type[DataType], ...] = (StringType, DecimalType, IntegralType, NullType)
TIMES: tuple[type[DataType], ...] = (StringType, TimestampType, TimestampNTZType, DateType)
WANTED: dict[str, tuple[tuple[type[DataType], ...], str]] = {
    "quantity": (
        NUMBERS,
        "a text or a DECIMAL: try_cast(... AS DECIMAL(38, 10)) gives one; money never goes through a float",
    ),
    "unit_price": (
        NUMBERS,
        "a text or a DECIMAL: try_cast(... AS DECIMAL(38, 10)) gives one; money never goes through a float",
    ),
    "order_ts": (
        TIMES,
        "a text in format.timestamp_format, or a timestamp: try_to_timestamp(..., 'yyyy-MM-dd HH:mm:ss')",
    ),
    "updated_at": (
        TIMES,
        "a text in format.timestamp_format, or a timestamp: try_to_timestamp(..., 'yyyy-MM-dd HH:mm:ss')",
    ),
    "deleted": ((BooleanType,), "true or false, such as status = 'cancelled'"),
}


def check_expressions(spark: SparkSession, mapping: Mapping) -> None:
    """Hold every expression against the fields.

    Raises:
        MappingError: with every expression that is broken, not deterministic, or of the wrong type.
    """
    problems = expression_problems(spark, mapping)
    if problems:
        raise MappingError(mapping.origin or mapping.name, problems)


def expression_problems(spark: SparkSession, mapping: Mapping) -> list[str]:
    """What is wrong with the expressions, each with its likely fix; empty where all is well."""
    fields = local_rows(spark, [], fields_schema(mapping))
    found = ((name, _problem(fields, name, expression, mapping)) for name, expression in mapping.columns.items())
    problems = {name: f"columns.{name}: {problem}" for name, problem in found if problem}
    sound = {name: expression for name, expression in mapping.columns.items() if name not in problems}
    format_problems = _format_problems(spark, mapping.format.timestamp_format)
    return [*format_problems, *problems.values(), *_failing(spark, mapping, sound)]


STRANGE_VALUES = ("x", "", "1", "-0.5", None)
"""What a field may hold in some row, sooner or later."""


def _failing(spark: SparkSession, mapping: Mapping, expressions: dict[str, str]) -> list[str]:
    """The expressions that stop Spark at a strange value: one such row would stop every run."""
    strange = (dict.fromkeys(mapping.fields, value) for value in STRANGE_VALUES)
    rows = local_rows(spark, strange, fields_schema(mapping))
    if not expressions or _evaluates(rows, *expressions.values()):
        return []
    return [
        f"columns.{name}: it fails at a text such as 'x', and one such row would stop every run: "
        "use try_cast, try_to_timestamp or try_divide, which give NULL"
        for name, expression in expressions.items()
        if not _evaluates(rows, expression)
    ]


def _evaluates(rows: DataFrame, *expressions: str) -> bool:
    try:
        rows.select(*(F.expr(expression).alias(f"e{n}") for n, expression in enumerate(expressions))).collect()
    except PySparkException:
        return False
    return True


def _format_problems(spark: SparkSession, pattern: str) -> list[str]:
    if not pattern:
        return []
    try:
        spark.sql("SELECT '' AS t").select(F.try_to_timestamp("t", F.lit(pattern))).collect()
    except PySparkException:
        advice = "put letters that stand for themselves in quotes, as in yyyy-MM-dd'T'HH:mm"
        return [f"format.timestamp_format {pattern!r} is no pattern that Spark knows: {advice}"]
    return []


def _problem(fields: DataFrame, name: str, expression: str, mapping: Mapping) -> str | None:
    code = TEXT.sub("''", expression)
    changing = next((found for found in CHANGING.finditer(code) if found.group(0) not in mapping.fields), None)
    if changing:
        name = changing.group(0).rstrip("( ")
        return f"{name} gives another value in every run, so loading a file again would change its rows"
    if re.search(r"\bselect\b", code, re.I):
        return "a query is not allowed here: a value comes from its own line's fields alone"
    try:
        # A join's condition must be deterministic, and takes no aggregate, window or generator.
        _ = fields.join(fields.limit(0).select(F.lit(1)), F.expr(f"({expression}\n) IS NOT NULL")).schema
        kind = fields.select(F.expr(expression)).schema[0].dataType
    except ParseException as error:
        return f"it is no Spark SQL expression: {first_sentence(error)}"
    except AnalysisException as error:
        return _explained(error, mapping)
    return _type_problem(name, kind, expression, mapping)


def _explained(error: PySparkException, mapping: Mapping) -> str:
    condition = error.getCondition() or ""
    if condition.startswith("UNRESOLVED_COLUMN"):
        return f"{first_sentence(error)} The fields of this mapping are: {', '.join(mapping.fields)}."
    if condition == "INVALID_NON_DETERMINISTIC_EXPRESSIONS":
        return "it is not deterministic: loading a file again would change its rows"
    if condition.startswith(("UNSUPPORTED_EXPR", "UNSUPPORTED_GENERATOR")):
        return "an aggregate, window or explode is not allowed here: a value comes from its own line's fields alone"
    return first_sentence(error)


def _type_problem(name: str, kind: DataType, expression: str, mapping: Mapping) -> str | None:
    wanted, advice = WANTED.get(name, (TEXTS, "a text; a float would print 536365 as 536365.0"))
    if not isinstance(kind, wanted):
        return f"it gives {kind.simpleString().upper()}, and must be {advice}"
    if name not in ("order_ts", "updated_at"):
        return None
    if isinstance(kind, StringType) and not mapping.format.timestamp_format:
        return 'it gives a text; name its format, such as timestamp_format = "yyyy-MM-dd HH:mm:ss", in [format]'
    if kind == TimestampType() and INSTANT.search(expression) and mapping.timezone != "UTC":
        return 'it counts in UTC by itself: set timezone = "UTC", and name the shop\'s own zone in business_timezone'
    if _lacks_format(TEXT.sub("''", expression)):
        return "a cast without a format reads '12:30' as today; use try_to_timestamp(..., 'yyyy-MM-dd HH:mm:ss')"
    return None


def _lacks_format(code: str) -> bool:
    """Whether a time is read by a cast, or by a function that is not told the format."""
    if BARE_CAST.search(code):
        return True
    while call := INNERMOST_CALL.search(code):
        if READS_TIME.fullmatch(call["name"]) and "," not in call["arguments"]:
            return True
        code = code.replace(call.group(0), "it")
    return False


def first_sentence(error: PySparkException) -> str:
    """What Spark says, without its condition's name, state and query."""
    text = str(error).strip().splitlines()
    first = next((line.strip() for line in text if line.strip()), "it cannot be read")
    return re.sub(r"^\[[A-Z_.]+\]\s*", "", first).split(" SQLSTATE")[0]
