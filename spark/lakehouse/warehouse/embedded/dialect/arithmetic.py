"""Division, averages and medians, exact to the scale that Snowflake gives them. DuckDB alone would answer in DOUBLE."""

from __future__ import annotations

from sqlglot import exp

from lakehouse.warehouse.embedded.dialect import numbers
from lakehouse.warehouse.embedded.errors import NotSupportedError
from lakehouse.warehouse.embedded.metadata import SCHEMA


def exact(node: exp.Expr) -> exp.Expr:
    """The expression as DuckDB must compute it; the same one where nothing need be done."""
    match node:
        case exp.Window() if isinstance(node.this, exp.Avg | exp.Anonymous):
            return _windowed(node)
        case exp.Avg() if not (isinstance(node.parent, exp.Window) and node.arg_key == "this"):
            return _mean(node, node.copy())
        case exp.Div():
            return _divide(node.left, node.right)
        case exp.Mod():
            return _macro("remainder", node.left, node.right)
        case exp.Mul():
            return _product(node)
        case exp.Median():
            return _median(node)
    return node


def _windowed(node: exp.Window) -> exp.Expr:
    function = node.this
    if isinstance(function, exp.Avg):
        return _mean(function, node)
    if function.name.upper() == "RATIO_TO_REPORT":
        share = function.expressions[0]
        total = _over(node, exp.Sum(this=share.copy()))
        total.type = numbers.number(numbers.scale_of(share) or 0) if numbers.scale_of(share) is not None else share.type
        return _divide(share, total)
    return node


def _mean(mean: exp.Avg, whole: exp.Expr) -> exp.Expr:
    """SUM / COUNT, both over the same window if there is one."""
    argument = mean.this.expressions[0] if isinstance(mean.this, exp.Distinct) else mean.this
    if numbers.scale_of(argument) is None:
        return whole
    total, count = exp.Sum(this=mean.this.copy()), exp.Count(this=mean.this.copy())
    parts = [_over(whole, part) if isinstance(whole, exp.Window) else part for part in (total, count)]
    parts[0].type, parts[1].type = argument.type, exp.DataType.build("BIGINT")
    return _divide(parts[0], exp.Nullif(this=parts[1], expression=exp.Literal.number(0)), denominator_scale=0)


def _median(node: exp.Median) -> exp.Expr:
    """Half the sum of the two middle values: DuckDB's own interpolation passes through a float."""
    scale = numbers.scale_of(node.this)
    if scale is None or isinstance(node.parent, exp.Window):
        raise NotSupportedError("MEDIAN of anything but a NUMBER, or over a window")
    half = exp.Literal.number("0.5")
    lower = exp.Anonymous(this="quantile_disc", expressions=[node.this.copy(), half])
    upper = exp.Anonymous(this="quantile_disc", expressions=[exp.Neg(this=exp.paren(node.this.copy())), half.copy()])
    total = exp.cast(exp.Sub(this=lower, expression=upper), numbers.number(scale))
    return exp.cast(exp.Mul(this=total, expression=half.copy()), numbers.number(numbers.median_scale(scale)))


def _over(window: exp.Window, function: exp.Expr) -> exp.Expr:
    copied = window.copy()
    copied.set("this", function)
    return copied


def _divide(numerator: exp.Expr, denominator: exp.Expr, denominator_scale: int | None = None) -> exp.Expr:
    above = numbers.scale_of(numerator)
    below = denominator_scale if denominator_scale is not None else numbers.scale_of(denominator)
    if above is None or below is None:
        if numbers.is_float(numerator) or numbers.is_float(denominator):
            return _macro("float_quotient", *(exp.cast(side.copy(), "DOUBLE") for side in (numerator, denominator)))
        raise NotSupportedError(
            f"a division of unknown type: cast both sides of {numerator.sql()} / {denominator.sql()}"
        )
    scale = numbers.quotient_scale(above)
    # n / d = N * 10^-above / (D * 10^-below); shifted so that the integer quotient carries `scale` digits.
    quotient = _macro("quotient", _shifted(numerator, above, scale + below - above), _shifted(denominator, below, 0))
    return _point(quotient, scale)


def _shifted(value: exp.Expr, scale: int, digits: int) -> exp.Expr:
    """The unscaled integer of a NUMBER, with zeros appended."""
    integer = _macro("unscaled", exp.Paren(this=value.copy()), exp.Literal.number(10**scale))
    zeros = exp.cast(exp.Literal.number(10**digits), exp.DType.INT128)
    return exp.Mul(this=integer, expression=zeros) if digits else integer


def _point(integer: exp.Expr, scale: int) -> exp.Expr:
    """The integer with its decimal point set `scale` digits from the right."""
    whole = exp.cast(integer, numbers.number(0))
    moved = exp.Mul(this=whole, expression=exp.Literal.number(f"{10**-scale:.{scale}f}")) if scale else whole
    return exp.Paren(this=exp.cast(moved, numbers.number(scale)))


def _product(node: exp.Mul) -> exp.Expr:
    left, right = numbers.scale_of(node.left), numbers.scale_of(node.right)
    if left is None or right is None or numbers.product_scale(left, right) == left + right:
        return node
    return exp.cast(node.copy(), numbers.number(numbers.product_scale(left, right)))


def _macro(name: str, *arguments: exp.Expr) -> exp.Expr:
    call = exp.Anonymous(this=name, expressions=[argument.copy() for argument in arguments])
    return exp.Dot(this=exp.to_identifier(SCHEMA), expression=call)
