"""Parameters of statements, put in as literals on the client's side: the connector's default, `pyformat`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal

from lakehouse.warehouse.embedded.errors import ProgrammingError

Parameters = Sequence[object] | Mapping[str, object]


def bound(statement: str, parameters: Parameters | None) -> str:
    """The statement with `%s` and `%(name)s` replaced; raises ProgrammingError where they do not fit."""
    if parameters is None:
        return statement
    try:
        if isinstance(parameters, Mapping):
            return statement % {name: _literal(value) for name, value in parameters.items()}
        return statement % tuple(_literal(value) for value in parameters)
    except (TypeError, KeyError, ValueError) as problem:
        raise ProgrammingError(f"The parameters do not fit the statement: {problem}") from problem


def _literal(value: object) -> str:
    match value:
        case None:
            return "NULL"
        case bool():
            return str(value).upper()
        case int() | Decimal():
            return f"{value:f}" if isinstance(value, Decimal) else str(value)
        case float():
            return f"{value!r}::FLOAT"
        case datetime():
            return f"'{value.isoformat(sep=' ')}'"
        case date() | time():
            return f"'{value.isoformat()}'"
        case str():
            return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"
        case list() | tuple():
            return "(" + ", ".join(_literal(item) for item in value) + ")"
    raise ProgrammingError(f"A {type(value).__name__} cannot be a parameter")
