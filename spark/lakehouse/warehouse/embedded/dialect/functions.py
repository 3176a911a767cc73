"""Functions and casts whose meaning in DuckDB differs from Snowflake's, put right one by one."""

from __future__ import annotations

import re

from sqlglot import exp

from lakehouse.warehouse.embedded.errors import NotSupportedError

# Snowflake's date format elements, longest first, and strftime's.
_FORMATS = {
    "HH24": "%H", "YYYY": "%Y", "MMMM": "%B", "FF3": "%g", "MON": "%b", "YY": "%y", "MM": "%m", "DD": "%d",
    "DY": "%a", "MI": "%M", "SS": "%S",
}  # fmt: skip
_ELEMENT = re.compile("|".join(_FORMATS) + r"|(?P<unknown>[A-Z]+)", re.IGNORECASE)
_DAYS_OR_LONGER = ("DAY", "WEEK", "MONTH", "QUARTER", "YEAR")
_INTEGERS = (exp.DType.INT, exp.DType.BIGINT, exp.DType.SMALLINT, exp.DType.TINYINT)
_TIMES = (exp.DType.TIMESTAMP, exp.DType.TIMESTAMPNTZ, exp.DType.DATETIME, exp.DType.TIMESTAMPLTZ)
_TEXTS = (exp.DType.VARCHAR, exp.DType.TEXT, exp.DType.CHAR)
_WHOLE_WINDOW = {
    "kind": "ROWS",
    "start": "UNBOUNDED",
    "start_side": "PRECEDING",
    "end": "UNBOUNDED",
    "end_side": "FOLLOWING",
}


def like_snowflake(node: exp.Expr) -> exp.Expr:
    """The expression with Snowflake's meaning in DuckDB's words; the same one where both agree."""
    match node:
        case exp.ToChar():
            return _to_char(node)
        case exp.Cast():
            return _cast(node)
        case exp.GroupConcat() | exp.WithinGroup():
            return _listagg(node)
        case exp.ApproxDistinct():
            # An exact count is within what an approximate one promises.
            return exp.Count(this=exp.Distinct(expressions=[node.this.copy()]))
        case exp.CurrentTimestamp():
            return exp.cast(_now(), "TIMESTAMP")
        case exp.CurrentDate():
            return exp.cast(_now(), "DATE")
        case exp.TimestampTrunc() | exp.DateTrunc() | exp.DateAdd() | exp.DateSub():
            return _keep_date(node)
        case exp.Window() if isinstance(node.this, exp.FirstValue | exp.LastValue) and not node.args.get("spec"):
            # Snowflake's default frame of these two is the whole window; DuckDB's ends at the current row.
            node.set("spec", exp.WindowSpec(**_WHOLE_WINDOW))
    return node


def _now() -> exp.Expr:
    return exp.AtTimeZone(this=exp.CurrentTimestamp(), zone=exp.Literal.string("UTC"))


def _to_char(node: exp.ToChar) -> exp.Expr:
    pattern = node.args.get("format")
    if pattern is None:
        return _cast(exp.cast(node.this.copy(), "VARCHAR"), source=node.this)
    if not _is(node.this, (exp.DType.DATE, *_TIMES)) or not isinstance(pattern, exp.Literal):
        raise NotSupportedError("TO_CHAR with a format, of anything but a date or timestamp")
    return exp.TimeToStr(this=node.this.copy(), format=exp.Literal.string(_strftime(pattern.name)))


def _strftime(pattern: str) -> str:
    def element(found: re.Match[str]) -> str:
        if found["unknown"]:
            raise NotSupportedError(f"the date format element '{found['unknown']}'")
        return _FORMATS[found[0].upper()]

    return _ELEMENT.sub(element, pattern)


def _cast(node: exp.Cast, source: exp.Expr | None = None) -> exp.Expr:
    kind = node.to
    if kind.this in _TEXTS:
        if _is(source or node.this, (*_TIMES, exp.DType.DOUBLE, exp.DType.FLOAT)):
            raise NotSupportedError("a timestamp or float cast to text: use TO_CHAR with a format, or a NUMBER")
        length = kind.expressions[0].name if kind.expressions else None
        text = type(node)(this=node.this.copy(), to=exp.DataType.build("TEXT"))
        return exp.Left(this=text, expression=exp.Literal.number(length)) if length else text
    node.set("to", duckdb_type(kind))
    return node


def duckdb_type(kind: exp.DataType) -> exp.DataType:
    """DuckDB's type for one of Snowflake's; every integer is a NUMBER(38, 0) there."""
    if kind.this in _INTEGERS or (kind.this is exp.DType.DECIMAL and not kind.expressions):
        return exp.DataType.build("DECIMAL(38, 0)")
    if kind.this is exp.DType.DECIMAL and len(kind.expressions) == 1:
        return exp.DataType.build(f"DECIMAL({kind.expressions[0].name}, 0)")
    if kind.this is exp.DType.FLOAT:
        return exp.DataType.build("DOUBLE")
    if kind.this in _TEXTS:
        return exp.DataType.build("TEXT")
    return exp.DataType.build("TIMESTAMP", dialect="duckdb") if kind.this in _TIMES else kind


def _listagg(node: exp.GroupConcat | exp.WithinGroup) -> exp.Expr:
    """LISTAGG joins with nothing by default, and gives '' where there is nothing to join."""
    if isinstance(node.parent, exp.Window):
        raise NotSupportedError("LISTAGG over a window")
    if isinstance(node, exp.GroupConcat) and not node.args.get("separator"):
        node.set("separator", exp.Literal.string(""))
    if isinstance(node.parent, exp.WithinGroup):
        return node
    return exp.Coalesce(this=node.copy(), expressions=[exp.Literal.string("")])


def _keep_date(node: exp.Expr) -> exp.Expr:
    """Whole days added to a DATE give a DATE in Snowflake, a TIMESTAMP in DuckDB."""
    unit = node.args.get("unit")
    if _is(node.this, (exp.DType.DATE,)) and (unit is None or unit.name.upper() in _DAYS_OR_LONGER):
        return exp.Cast(this=node.copy(), to=exp.DataType.build("DATE"))
    return node


def _is(node: exp.Expr, kinds: tuple[exp.DType, ...]) -> bool:
    return node.type is not None and node.type.this in kinds
