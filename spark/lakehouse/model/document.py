"""The data dictionary in Markdown: `python -m lakehouse.model.document > docs/data-dictionary.md`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

from lakehouse.model import BRONZE, FORECASTS, OPS, PUBLISHED, SILVER, Table
from lakehouse.quality import MEANINGS
from lakehouse.warehouse.load import target

LAYERS = {
    "Bronze: what landed, as text": BRONZE,
    "Silver: order lines, typed and judged": SILVER,
    "Gold: the star schema and sales by day": PUBLISHED,
    "Gold: the sales forecast": FORECASTS,
    "Operation: runs, ledger, holds": OPS,
}
HEAD = """\
# Data dictionary

<!-- Written by `python -m lakehouse.model.document > docs/data-dictionary.md`: change the model, not this file. -->

Every table of the lake, from `spark/lakehouse/model`, and every rule that an order line must keep, from
`spark/lakehouse/quality.py`. Types are Spark SQL's. Timestamps are in UTC, amounts in the row's currency.
"""
RULES_HEAD = """\
A record that breaks a rule goes to `silver.quarantine`, with every rule that it broke in `reasons`. A record that
cannot be taken apart has the reasons of that alone.
"""


def dictionary() -> str:
    """The whole page: the tables layer by layer, then the quality rules."""
    parts = [HEAD]
    for title, tables in LAYERS.items():
        parts += [f"## {title}\n", *map(table_section, tables)]
    rules = grid(("Rule", "Meaning"), ((f"`{name}`", meaning) for name, meaning in MEANINGS.items()))
    return "\n".join([*parts, "## Quality rules\n", RULES_HEAD, rules])


def table_section(table: Table) -> str:
    """One table: what it is, its grain and key, where it is published, its columns."""
    facts = [
        f"{table.comment}.\n",
        f"- Grain: {table.grain}",
        f"- Key: {', '.join(f'`{name}`' for name in table.key)}",
        f"- Change data feed: {'on' if table.change_feed else 'off'}",
    ]
    if table in (*PUBLISHED, *FORECASTS):
        facts.append(f"- In the warehouse: `{target(table)}`")
    columns = grid(("Column", "Type", "Meaning"), ((f"`{c.name}`", f"`{c.type}`", c.comment) for c in table.columns))
    return "\n".join([f"### {table.name}\n", *facts, "", columns])


def grid(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


if __name__ == "__main__":
    sys.stdout.write(dictionary())
