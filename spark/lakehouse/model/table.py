"""What a table of the lake is: its columns, key and comments, stated once; DDL, docs and checks derive from it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """One column: `type` in Spark SQL, and what it means to a reader."""

    name: str
    type: str
    comment: str


@dataclass(frozen=True)
class Table:
    """One Delta table of the lake.

    `key` is the natural or surrogate key: no two rows share it. `skip_by` names the columns by which reads pass
    over files: Delta keeps their bounds for each file, which costs every write. `change_feed` says whether jobs
    downstream read the table's changes.
    """

    name: str
    comment: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    skip_by: tuple[str, ...] = ()
    change_feed: bool = True

    @property
    def schema(self) -> str:
        """The columns as a Spark DDL string, such as `line_id STRING, quantity DECIMAL(14,3)`."""
        return ", ".join(f"{c.name} {c.type}" for c in self.columns)

    @property
    def column_names(self) -> list[str]:
        """The columns' names, in order."""
        return [c.name for c in self.columns]


TEXT_LENGTHS = {
    "order_id": 64,
    "product_id": 64,
    "customer_id": 64,
    "country": 64,
    "category": 128,
    "product_name": 256,
}
"""The longest text of each kind, in characters: VARCHAR lengths in the warehouse, a quarantine rule in silver."""

QUANTITY = "DECIMAL(14,3)"
UNIT_PRICE = "DECIMAL(18,4)"
AMOUNT = "DECIMAL(18,4)"
TOTAL = "DECIMAL(28,4)"
"""A sum of amounts."""
