"""The rules that an order line must keep: name, what it means, and the condition that breaks it.

Conditions are column expressions over the lines of `transforms.order_lines`; a row gets every rule that it breaks.
"""

from __future__ import annotations

from dataclasses import dataclass

from pyspark.sql import Column
from pyspark.sql import functions as F

from lakehouse.model.table import TEXT_LENGTHS

LINE_TYPES = ("sale", "return", "adjustment")

RECORD_RULES = {
    "malformed_line": "the record cannot be taken apart: too many or too few fields, or no JSON object",
    "unbalanced_quotes": "an odd number of quotes",
    "invalid_encoding": "bytes that are no text in the source's encoding",
}
"""Faults of a record as such, found in parsing: no further rule is asked."""


@dataclass(frozen=True)
class Rule:
    """One rule; `broken` is true, in SQL, for rows that break it. Tombstones need keep only `of_tombstones`."""

    name: str
    meaning: str
    broken: str
    of_tombstones: bool = False


def _number(column: str, digits: int, decimals: int) -> list[Rule]:
    text, value = f"{column}_text", f"{column}_number"
    return [
        Rule(f"invalid_{column}", f"{column} is missing or no number", f"{text} IS NULL"),
        Rule(
            f"{column}_too_large",
            f"{column} has more than {digits} digits before the decimal mark",
            f"{text} IS NOT NULL AND ({value} IS NULL OR abs({value}) >= {10**digits})",
        ),
        Rule(
            f"{column}_too_many_decimals",
            f"{column} has more than {decimals} decimals: it is never rounded",
            f"{value} <> round({value}, {decimals}) OR ({value} IS NOT NULL AND {_beyond(text, 10)})",
        ),
    ]


def _beyond(text: str, decimals: int) -> str:
    """Whether a number as text has more decimals than the DECIMAL(38,10) that it was read into."""
    return f"(length({text}) - instr({text}, '.') > {decimals} AND {text} RLIKE '[.][0-9]{{{decimals}}}[0-9]*[1-9]')"


LINE_RULES = (
    Rule("missing_line_id", "the source's line id is missing", "has_id AND id IS NULL", of_tombstones=True),
    Rule("missing_order_id", "order_id is missing", "order_id IS NULL"),
    Rule("missing_product_id", "product_id is missing", "product_id IS NULL"),
    *_number("quantity", 11, 3),
    *_number("unit_price", 14, 4),
    Rule("negative_price", "unit_price is below zero", "unit_price_number < 0"),
    Rule("amount_too_large", "quantity x unit_price has more than 14 digits before the decimal mark",
         "quantity IS NOT NULL AND unit_price IS NOT NULL AND net_amount IS NULL"),
    Rule("invalid_line_type", f"line_type is none of {', '.join(LINE_TYPES)}",
         "line_type IS NULL OR line_type NOT IN ('sale', 'return', 'adjustment')"),
    Rule("wrong_sign", "a sale with a negative quantity, or a return with a positive one",
         "(line_type = 'sale' AND quantity_number < 0) OR (line_type = 'return' AND quantity_number > 0)"),
    Rule("invalid_order_ts", "order_ts is missing, not in the source's format, or no date that exists",
         "order_ts IS NULL"),
    Rule("order_ts_out_of_bounds", "order_ts lies before `earliest` or not before `latest`", "out_of_bounds"),
    Rule("invalid_currency", "currency is no ISO 4217 code",
         "currency IS NULL OR length(currency) <> 3 OR currency NOT RLIKE '^[A-Z]{3}$'"),
    Rule("text_too_long", "a text is longer than its column: "
         + ", ".join(f"{name} {length}" for name, length in TEXT_LENGTHS.items()),
         " OR ".join(f"length({name}) > {length}" for name, length in TEXT_LENGTHS.items())),
    Rule("invalid_updated_at", "updated_at is missing, not in the source's format, or no date that exists",
         "has_updates AND updated_at IS NULL", of_tombstones=True),
)  # fmt: skip

CONFLICTING_LINE = "conflicting_line"
MEANINGS = {
    **RECORD_RULES,
    **{rule.name: rule.meaning for rule in LINE_RULES},
    CONFLICTING_LINE: "the same line id with other content, and no updated_at to tell which is newer",
}
"""What each rule means, by name."""


def broken_rules() -> Column:
    """ARRAY<STRING> of the rules that a line breaks: the record's own faults, else every line rule."""
    conditions = [f"coalesce({_asked(rule)}, false)" for rule in LINE_RULES]
    named = [F.expr(f"CASE WHEN {_asked(rule)} THEN '{rule.name}' END") for rule in LINE_RULES]
    # Few lines break any rule, and an array of names for each line costs more than all the rules.
    return (
        F.when(F.size("broken") > 0, F.col("broken"))
        .when(F.expr(" OR ".join(conditions)), F.array_compact(F.array(*named)))
        .otherwise(F.array().cast("array<string>"))
    )


def _asked(rule: Rule) -> str:
    return f"({rule.broken})" if rule.of_tombstones else f"NOT deleted AND ({rule.broken})"
