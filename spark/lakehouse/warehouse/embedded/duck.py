"""A cursor of the account's DuckDB file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import duckdb

from lakehouse.warehouse.embedded.names import literal

Value = str | int | Sequence[str] | None


class Cursor:
    """A DuckDB cursor that puts values into the SQL as literals.

    DuckDB imports pandas, where it is installed, at the first parameter that it is handed: 0.4 s that no statement of
    ours is worth. Where pandas is not installed it looks for it each time.
    """

    def __init__(self, cursor: duckdb.DuckDBPyConnection) -> None:
        self._cursor = cursor

    def execute(self, sql: str, values: Sequence[Value] = ()) -> Self:
        """Run SQL in which each `?` stands for a value; without values, `?` is a character like any other."""
        self._cursor.execute(_filled(sql, values) if values else sql)
        return self

    @property
    def description(self) -> list[Any]:
        """The columns of the last result: name, type and more."""
        return self._cursor.description or []

    def fetchone(self) -> tuple[Any, ...] | None:
        """The next row, None after the last."""
        row: tuple[Any, ...] | None = self._cursor.fetchone()
        return row

    def fetchall(self) -> list[tuple[Any, ...]]:
        """All rows that are left."""
        rows: list[tuple[Any, ...]] = self._cursor.fetchall()
        return rows

    def close(self) -> None:
        """Let the cursor go."""
        self._cursor.close()


def _filled(sql: str, values: Sequence[Value]) -> str:
    first, *rest = sql.split("?")
    return first + "".join(_literal(value) + text for value, text in zip(values, rest, strict=True))


def _literal(value: Value) -> str:
    match value:
        case None:
            return "null"
        case str():
            return literal(value)
        case int():
            return str(value)
    return f"[{', '.join(map(literal, value))}]"
