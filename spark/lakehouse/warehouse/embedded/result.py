"""What a statement gives back: rows and what its columns are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from lakehouse.warehouse.embedded.duck import Cursor
from lakehouse.warehouse.embedded.metadata import ROW_VERSION

Row = tuple[Any, ...]

# Type codes of snowflake.connector.
_FIXED, _REAL, _TEXT, _DATE, _TIME, _TIMESTAMP_NTZ, _BOOLEAN = 0, 1, 2, 3, 12, 8, 13
_CODES = {
    "DOUBLE": _REAL, "FLOAT": _REAL, "VARCHAR": _TEXT, "DATE": _DATE, "TIME": _TIME, "TIMESTAMP": _TIMESTAMP_NTZ,
    "BOOLEAN": _BOOLEAN,
}  # fmt: skip


class ResultMetadata(NamedTuple):
    """One column of a result, with the fields of snowflake.connector's class of this name."""

    name: str
    type_code: int
    display_size: int | None
    internal_size: int | None
    precision: int | None
    scale: int | None
    is_nullable: bool


@dataclass
class Result:
    """Rows with their columns. `rowcount` counts the rows given back, or those that the statement changed."""

    columns: list[ResultMetadata]
    rows: list[Row]
    rowcount: int = field(default=-1)

    def __post_init__(self) -> None:
        if self.rowcount < 0:
            self.rowcount = len(self.rows)


def status(message: str) -> Result:
    """The result of a statement that only says that it is done."""
    return Result([_column("status", "VARCHAR")], [(message,)])


def counts(rowcount: int, **named: int) -> Result:
    """The result of a statement that changed rows: one count for each kind of change."""
    return Result([_column(name.replace("_", " "), "BIGINT") for name in named], [tuple(named.values())], rowcount)


def table(names: Sequence[str], rows: list[Row]) -> Result:
    """A result of texts and counts."""
    return Result([_column(name, "VARCHAR") for name in names], rows)


def fetched(cursor: Cursor) -> Result:
    """All rows of the cursor's last query."""
    described = [(name, str(kind)) for name, kind, *_ in cursor.description if name != ROW_VERSION]
    rows: list[Row] = cursor.fetchall()
    whole = [i for i, (_, kind) in enumerate(described) if kind.startswith("DECIMAL") and kind.endswith(",0)")]
    return Result([_column(name, kind) for name, kind in described], _integers(rows, whole))


def _integers(rows: list[Row], whole: list[int]) -> list[Row]:
    """Snowflake's connector gives an int for a NUMBER without decimals."""
    if not whole:
        return rows
    positions = set(whole)
    return [tuple(int(v) if i in positions and v is not None else v for i, v in enumerate(row)) for row in rows]


def _column(name: str, kind: str) -> ResultMetadata:
    if kind in _CODES:
        return ResultMetadata(name, _CODES[kind], None, None, None, None, True)
    precision, scale = 38, 0
    if kind.startswith("DECIMAL"):
        precision, scale = (int(part) for part in kind[len("DECIMAL(") : -1].split(","))
    return ResultMetadata(name, _FIXED, None, None, precision, scale, True)
