"""The precision and scale that Snowflake gives to the result of arithmetic on NUMBERs.

Formulas: https://docs.snowflake.com/en/sql-reference/operators-arithmetic (scale and precision in arithmetic
operations). sqlglot infers most types; here is what it leaves without a scale, or takes for DOUBLE.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from sqlglot import exp
from sqlglot.dialects.snowflake import Snowflake
from sqlglot.optimizer.annotate_types import TypeAnnotator
from sqlglot.schema import Schema

PRECISION = 38
_DIVISION_SCALE = 12
_INTEGERS = (*exp.DataType.INTEGER_TYPES, exp.DType.INT128)
_FLOATS = (exp.DType.DOUBLE, exp.DType.FLOAT)


def number(scale: int) -> exp.DataType:
    """NUMBER(38, scale)."""
    return exp.DataType.build(f"DECIMAL({PRECISION}, {scale})", dialect="snowflake")


def scale_of(expression: exp.Expr) -> int | None:
    """The digits after the point of an annotated expression; None where it is no NUMBER."""
    return _scale(expression.type) if expression.type else None


def _scale(kind: exp.DataType) -> int | None:
    if kind.this in _INTEGERS:
        return 0
    # A DECIMAL without its scale is sqlglot's word for one that it does not know.
    known = kind.this is exp.DType.DECIMAL and len(kind.expressions) > 1
    return int(kind.expressions[1].name) if known else None


def is_float(expression: exp.Expr) -> bool:
    """Whether an annotated expression is a floating-point number."""
    return expression.type is not None and expression.type.this in _FLOATS


def quotient_scale(numerator: int) -> int:
    """The scale of a division or an average, from the numerator's."""
    return max(numerator, min(numerator + 6, _DIVISION_SCALE))


def product_scale(left: int, right: int) -> int:
    """The scale of a multiplication."""
    return min(left + right, max(left, right, _DIVISION_SCALE))


def median_scale(scale: int) -> int:
    """The scale of a median, from its argument's."""
    return min(scale + 3, PRECISION - 1)


def annotate(query: exp.Expr, schema: Schema) -> exp.Expr:
    """The query with a type on each expression, NUMBERs with Snowflake's scale."""
    return _Annotator(schema=schema, expression_metadata=_METADATA).annotate(query)


class _Annotator(TypeAnnotator):
    def _maybe_coerce(
        self, type1: exp.DataType | exp.DType, type2: exp.DataType | exp.DType
    ) -> exp.DataType | exp.DType:
        """The type of a column that several queries give: the scale is the widest of theirs."""
        scales = [_scale(kind) for kind in (type1, type2) if isinstance(kind, exp.DataType)]
        known = [scale for scale in scales if scale is not None]
        return number(max(known)) if len(known) == 2 else super()._maybe_coerce(type1, type2)


def _set(annotator: TypeAnnotator, node: exp.Expr, scale: int | None, otherwise: exp.DataType | None) -> exp.Expr:
    annotator._set_type(node, number(scale) if scale is not None else otherwise)
    return node


def _scales(nodes: Iterable[exp.Expr]) -> list[int] | None:
    """The scale of each NUMBER, NULLs left out; None where one is no NUMBER."""
    known = [scale_of(node) for node in nodes if not isinstance(node, exp.Null)]
    return [scale for scale in known if scale is not None] if known and None not in known else None


def _operator(result: Callable[[int, int], int]) -> Callable[[Any, Any], exp.Expr]:
    def annotate_operator(annotator: TypeAnnotator, node: exp.Binary) -> exp.Expr:
        left, right = scale_of(node.left), scale_of(node.right)
        if left is not None and right is not None:
            return _set(annotator, node, result(left, right), None)
        if is_float(node.left) or is_float(node.right):
            return _set(annotator, node, None, exp.DataType.build("DOUBLE"))
        if _is_date(node.left) and _is_date(node.right):
            return _set(annotator, node, 0, None)
        return _set(annotator, node, None, node.left.type if left is None else node.right.type)

    return annotate_operator


def _is_date(node: exp.Expr) -> bool:
    return bool(node.type and node.type.this is exp.DType.DATE)


def _aggregate(result: Callable[[int], int]) -> Callable[[Any, Any], exp.Expr]:
    def annotate_aggregate(annotator: TypeAnnotator, node: exp.Expr) -> exp.Expr:
        argument = node.this.expressions[0] if isinstance(node.this, exp.Distinct) else node.this
        scale = scale_of(argument)
        return _set(annotator, node, None if scale is None else result(scale), argument.type)

    return annotate_aggregate


def _widest(branches: Callable[[Any], list[exp.Expr]]) -> Callable[[Any, Any], exp.Expr]:
    def annotate_branches(annotator: TypeAnnotator, node: exp.Expr) -> exp.Expr:
        found = [branch for branch in branches(node) if branch is not None]
        scales = _scales(found)
        typed = [branch.type for branch in found if not isinstance(branch, exp.Null)]
        floating = any(is_float(branch) for branch in found)
        other = exp.DataType.build("DOUBLE") if floating else typed[0] if typed else None
        return _set(annotator, node, max(scales) if scales else None, other)

    return annotate_branches


def _literal(annotator: TypeAnnotator, node: exp.Literal) -> exp.Expr:
    if node.is_string:
        return _set(annotator, node, None, exp.DataType.build("VARCHAR"))
    if "e" in node.name.lower():
        return _set(annotator, node, None, exp.DataType.build("DOUBLE"))
    return _set(annotator, node, len(node.name.partition(".")[2]), None)


def _cast(annotator: TypeAnnotator, node: exp.Cast) -> exp.Expr:
    kind = node.to
    scale = int(kind.expressions[1].name) if len(kind.expressions) > 1 else 0
    return _set(annotator, node, scale if kind.this is exp.DType.DECIMAL else None, kind)


def _to_number(annotator: TypeAnnotator, node: exp.ToNumber) -> exp.Expr:
    scale = node.args.get("scale")
    return _set(annotator, node, int(scale.name) if scale else 0, None)


def _rounded(annotator: TypeAnnotator, node: exp.Expr) -> exp.Expr:
    scale, decimals = scale_of(node.this), node.args.get("decimals")
    if scale is not None:
        known = int(decimals.name) if isinstance(decimals, exp.Literal) else 0 if decimals is None else scale
        scale = min(scale, known)
    return _set(annotator, node, scale, node.this.type)


def _call(annotator: TypeAnnotator, node: exp.Anonymous) -> exp.Expr:
    if node.name.upper() == "RATIO_TO_REPORT" and node.expressions:
        scale = scale_of(node.expressions[0])
        other = exp.DataType.build("DOUBLE")
        return _set(annotator, node, None if scale is None else quotient_scale(scale), other)
    return _set(annotator, node, None, exp.DataType.build("BOOLEAN"))


def _case_branches(node: exp.Case) -> list[exp.Expr]:
    return [*(branch.args["true"] for branch in node.args["ifs"]), node.args.get("default")]


_ANNOTATORS: dict[type[exp.Expr], Callable[[Any, Any], exp.Expr]] = {
    exp.Literal: _literal,
    exp.Add: _operator(max),
    exp.Sub: _operator(max),
    exp.Mod: _operator(max),
    exp.Mul: _operator(product_scale),
    exp.Div: _operator(lambda left, _: quotient_scale(left)),
    exp.Sum: _aggregate(lambda scale: scale),
    exp.Avg: _aggregate(quotient_scale),
    exp.Median: _aggregate(median_scale),
    exp.Case: _widest(_case_branches),
    exp.If: _widest(lambda node: [node.args["true"], node.args.get("false")]),
    exp.Coalesce: _widest(lambda node: [node.this, *node.expressions]),
    exp.Greatest: _widest(lambda node: [node.this, *node.expressions]),
    exp.Least: _widest(lambda node: [node.this, *node.expressions]),
    exp.Nvl2: _widest(lambda node: [node.args["true"], node.args.get("false")]),
    exp.Round: _rounded,
    exp.Floor: _rounded,
    exp.Ceil: _rounded,
    exp.Cast: _cast,
    exp.TryCast: _cast,
    exp.ToNumber: _to_number,
    exp.Anonymous: _call,
}
_METADATA = {
    **Snowflake.EXPRESSION_METADATA,
    **{kind: {"annotator": annotator} for kind, annotator in _ANNOTATORS.items()},
}
