"""The Condition element of an IAM policy.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache

Context = Mapping[str, Sequence[str]]
"""What is known of a request, by condition key in lower case; a key that is not there is absent, as AWS calls it."""

VARIABLE = re.compile(r"\$\{([^}]+)\}")


class ConditionUnknown(ValueError):
    """An operator that cannot be evaluated here."""


@cache
def _wildcard(pattern: str) -> re.Pattern[str]:
    parts = (".*" if char == "*" else "." if char == "?" else re.escape(char) for char in pattern)
    return re.compile("".join(parts), re.DOTALL)


def is_like(value: str, pattern: str) -> bool:
    """Whether a value fits a pattern with * and ?."""
    return _wildcard(pattern).fullmatch(value) is not None


def _is_in(address: str, network: str) -> bool:
    return ipaddress.ip_address(address) in ipaddress.ip_network(network, strict=False)


# (value of the request, value of the policy)
OPERATORS: Mapping[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda value, wanted: value == wanted,
    "StringEqualsIgnoreCase": lambda value, wanted: value.lower() == wanted.lower(),
    "StringLike": is_like,
    "ArnEquals": is_like,
    "ArnLike": is_like,
    "Bool": lambda value, wanted: value.lower() == wanted.lower(),
    "IpAddress": _is_in,
    "NumericEquals": lambda value, wanted: float(value) == float(wanted),
    "NumericLessThan": lambda value, wanted: float(value) < float(wanted),
    "NumericLessThanEquals": lambda value, wanted: float(value) <= float(wanted),
    "NumericGreaterThan": lambda value, wanted: float(value) > float(wanted),
    "NumericGreaterThanEquals": lambda value, wanted: float(value) >= float(wanted),
}
NEGATED = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
    "NotIpAddress": "IpAddress",
    "NumericNotEquals": "NumericEquals",
}
SETS = ("ForAnyValue:", "ForAllValues:")


def check_condition(condition: Mapping[str, Mapping[str, object]]) -> None:
    """Read a condition's operators.

    Raises:
        ConditionUnknown: one of them cannot be evaluated here.
    """
    for operator in condition:
        _parse(operator)


def _parse(operator: str) -> tuple[str, str, bool]:
    """Set prefix, name and IfExists of an operator."""
    prefix = next((prefix for prefix in SETS if operator.startswith(prefix)), "")
    name = operator.removeprefix(prefix)
    if_exists = name.endswith("IfExists")
    name = name.removesuffix("IfExists")
    if name not in OPERATORS and name not in NEGATED and name != "Null":
        raise ConditionUnknown(f"the local AWS does not evaluate the condition operator {operator}")
    return prefix, name, if_exists


def holds(condition: Mapping[str, Mapping[str, object]], context: Context) -> bool:
    """Whether all parts of a condition hold for a request.

    Raises:
        ConditionUnknown: an operator that cannot be evaluated here.
    """
    return all(
        _holds_for_key(operator, [substituted(text, context) for text in texts(wanted)], context.get(key.lower()))
        for operator, keys in condition.items()
        for key, wanted in keys.items()
    )


def _holds_for_key(operator: str, wanted: Sequence[str], values: Sequence[str] | None) -> bool:
    prefix, name, if_exists = _parse(operator)
    if name == "Null":
        return (values is None) == (wanted[0].lower() == "true")
    negated = name in NEGATED
    if not values:
        # AWS: an absent key fails an operator, but not a negated one, nor IfExists, nor ForAllValues.
        return if_exists or prefix == "ForAllValues:" or (negated and prefix != "ForAnyValue:")
    test = OPERATORS[NEGATED.get(name, name)]
    answers = [any(test(value, text) for text in wanted) != negated for value in values]
    return any(answers) if prefix == "ForAnyValue:" else all(answers)


def texts(value: object) -> list[str]:
    """A policy's value, one or a list, as texts; JSON's true is the text that AWS makes of it."""
    values = value if isinstance(value, list) else [value]
    return [str(one).lower() if isinstance(one, bool) else str(one) for one in values]


def substituted(text: str, context: Context) -> str:
    """A text with policy variables such as ${aws:PrincipalArn} filled in; one that is absent fits nothing."""

    def value(found: re.Match[str]) -> str:
        name = found.group(1)
        return name if name in ("*", "?", "$") else (context.get(name.lower()) or ["\0"])[0]

    return VARIABLE.sub(value, text)
