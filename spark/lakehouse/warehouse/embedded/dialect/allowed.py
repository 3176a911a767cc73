"""The SQL that means the same in DuckDB as in Snowflake once it is rewritten. All else is refused by name."""

from __future__ import annotations

import re

from sqlglot import exp

from lakehouse.warehouse.embedded.errors import NotSupportedError

_STRUCTURE = (
    exp.Select, exp.From, exp.Join, exp.Where, exp.Group, exp.Having, exp.Qualify, exp.Order, exp.Ordered, exp.Limit,
    exp.Offset, exp.Distinct, exp.With, exp.CTE, exp.Subquery, exp.Table, exp.TableAlias, exp.Values, exp.Tuple,
    exp.Union, exp.Except, exp.Intersect, exp.Column, exp.Identifier, exp.Star, exp.Alias, exp.Window, exp.WindowSpec,
    exp.WithinGroup,
)  # fmt: skip
_VALUES = (
    exp.Literal, exp.Null, exp.Boolean, exp.Paren, exp.Cast, exp.TryCast, exp.DataType, exp.DataTypeParam, exp.Var,
)  # fmt: skip
_OPERATORS = (
    exp.And, exp.Or, exp.Not, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Is, exp.In, exp.Between, exp.Like,
    exp.ILike, exp.Exists, exp.NullSafeEQ, exp.NullSafeNEQ, exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.Neg,
    exp.DPipe, exp.Case, exp.If,
)  # fmt: skip
_AGGREGATES = (
    exp.Sum, exp.Count, exp.CountIf, exp.Min, exp.Max, exp.Avg, exp.Median, exp.ApproxDistinct, exp.GroupConcat,
    exp.RowNumber, exp.Rank, exp.DenseRank, exp.PercentRank, exp.CumeDist, exp.Ntile, exp.Lag, exp.Lead,
    exp.FirstValue, exp.LastValue,
)  # fmt: skip
_FUNCTIONS = (
    exp.Coalesce, exp.Nullif, exp.Nvl2, exp.EqualNull, exp.Greatest, exp.Least, exp.Abs, exp.Sign, exp.Round, exp.Floor,
    exp.Ceil, exp.Sqrt, exp.Pow, exp.Exp, exp.Ln, exp.Upper, exp.Lower, exp.Trim, exp.Length, exp.Left, exp.Right,
    exp.Substring, exp.StrPosition, exp.Replace, exp.Concat, exp.StartsWith, exp.EndsWith, exp.Contains, exp.ToChar,
    exp.TsOrDsToDate, exp.TimeToStr, exp.StrToDate, exp.StrToTime, exp.ToNumber, exp.DateAdd, exp.DateSub, exp.DateDiff,
    exp.DateTrunc, exp.TimestampAdd, exp.TimestampDiff, exp.TimestampTrunc, exp.Year, exp.Quarter, exp.Month, exp.Day,
    exp.Hour, exp.Minute, exp.Second, exp.DayOfWeek, exp.DayOfWeekIso, exp.DayOfYear, exp.Week, exp.Extract,
    exp.LastDay, exp.Monthname, exp.Dayname, exp.CurrentDate, exp.CurrentTimestamp,
)  # fmt: skip
_ALLOWED = frozenset((*_STRUCTURE, *_VALUES, *_OPERATORS, *_AGGREGATES, *_FUNCTIONS))

_NAMED = ("RATIO_TO_REPORT", "SYSTEM$STREAM_HAS_DATA")
"""Functions without a class in sqlglot."""

_TYPES = frozenset(
    {
        exp.DType.DECIMAL, exp.DType.DOUBLE, exp.DType.FLOAT, exp.DType.INT, exp.DType.BIGINT, exp.DType.SMALLINT,
        exp.DType.TINYINT, exp.DType.VARCHAR, exp.DType.TEXT, exp.DType.CHAR, exp.DType.BOOLEAN, exp.DType.DATE,
        exp.DType.TIME, exp.DType.TIMESTAMP, exp.DType.TIMESTAMPNTZ, exp.DType.DATETIME,
    }
)  # fmt: skip
_DATE_PARTS = frozenset({"YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE", "SECOND"})
_KNOWN_ELEMENT = re.compile("%[YymdbBaHMS]")

# Clauses that have no class of their own, and would pass or fall away unseen.
_CLAUSES: dict[type[exp.Expr], tuple[str, ...]] = {
    exp.Group: ("all", "cube", "rollup", "grouping_sets", "totals"),
    exp.Join: ("method", "hint", "match_condition", "using_all"),
    exp.Union: ("by_name", "side", "kind"),
    exp.Limit: ("offset",),
    exp.Distinct: ("on",),
    exp.Window: ("alias",),
    exp.Star: ("replace", "rename", "ilike"),
    exp.StrPosition: ("position", "occurrence"),
}


def check(query: exp.Expr) -> None:
    """Raise NotSupportedError for the first thing that is not known to mean the same in DuckDB."""
    for node in query.walk():
        if isinstance(node, exp.Anonymous):
            if node.name.upper() not in _NAMED:
                raise NotSupportedError(f"the function {node.name.upper()}")
        elif type(node) not in _ALLOWED:
            raise NotSupportedError(f"{_described(node)} in: {_text(node)}")
        if isinstance(node, exp.DataType) and node.this not in _TYPES:
            raise NotSupportedError(f"the data type {_text(node)}")
        _check_arguments(node)


def _described(node: exp.Expr) -> str:
    return f"the function {node.sql_name()}" if isinstance(node, exp.Func) else f"the clause {type(node).__name__}"


def _text(node: exp.Expr) -> str:
    return node.sql(dialect="snowflake")[:80]


def _check_arguments(node: exp.Expr) -> None:
    for clause in _CLAUSES.get(type(node), ()):
        if node.args.get(clause):
            raise NotSupportedError(f"{clause.upper().replace('_', ' ').strip()} in: {_text(node)}")
    if isinstance(node, exp.Table) and not isinstance(node.this, exp.Identifier):
        # DuckDB would take a text for the name of a file, and read it.
        raise NotSupportedError(f"the table {_text(node)}")
    unit = node.this if isinstance(node, exp.Extract) else node.args.get("unit")
    if isinstance(unit, exp.Var) and unit.name.upper() not in _DATE_PARTS:
        raise NotSupportedError(f"the date part {unit.name}")
    if isinstance(node, exp.TimeToStr | exp.StrToDate | exp.StrToTime | exp.TsOrDsToDate):
        _check_format(node.args.get("format"))
    position = node.args.get("start") if isinstance(node, exp.Substring) else node.args.get("expression")
    if isinstance(node, exp.Substring | exp.Left | exp.Right) and not _positive(position):
        # Zero and negative numbers count differently in DuckDB.
        raise NotSupportedError(f"{node.sql_name()} by anything but a positive number")
    if isinstance(node, exp.Count) and node.expressions:
        raise NotSupportedError("COUNT of several columns without DISTINCT")
    if isinstance(node, exp.Like | exp.ILike) and not isinstance(node.expression, exp.Literal):
        raise NotSupportedError("LIKE with a pattern that is not a text")


def _check_format(pattern: exp.Expr | None) -> None:
    """A date format that sqlglot has turned into strftime's; what it did not know it left as letters."""
    if pattern is None:
        return
    left = _KNOWN_ELEMENT.sub("", pattern.name)
    if not isinstance(pattern, exp.Literal) or any(character.isalpha() for character in left):
        raise NotSupportedError(f"the date format {_text(pattern)}")


def _positive(number: exp.Expr | None) -> bool:
    return isinstance(number, exp.Literal) and not number.is_string and int(number.name) > 0
