"""Connecting to the warehouse: the embedded one on this machine, or Snowflake. Both speak the same interface."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol, cast

from lakehouse.errors import UsageError
from lakehouse.warehouse.secret import secret_options


class Connection(Protocol):
    """What the project uses of a connection, embedded or snowflake.connector's."""

    def cursor(self) -> Any:
        """A new cursor of the DB-API, with parameters in the `pyformat` style."""

    def execute_string(self, sql_text: str) -> Any:
        """Run the statements of a script."""

    def commit(self) -> None:
        """Commit the open transaction."""

    def rollback(self) -> None:
        """Roll the open transaction back."""

    def close(self) -> None:
        """End the session."""


@dataclass(frozen=True)
class WarehouseTarget:
    """Which warehouse: the file of the embedded one, or the name of a connection in Snowflake's connections.toml.

    A connection that is named `secret/<name>` is in AWS Secrets Manager.
    """

    kind: Literal["embedded", "snowflake"]
    path: Path | None = None
    connection_name: str | None = None


def connect(target: WarehouseTarget, *, read_only: bool = False) -> Connection:
    """Open a session on the warehouse, in UTC.

    Args:
        target: which warehouse.
        read_only: refuse to write; several processes may then share the embedded warehouse's file. In Snowflake the
            connection's role decides.

    Raises:
        BusyError: another process is writing to the embedded warehouse.
        UsageError: the target lacks its path or connection name, or the file to be read does not exist.
    """
    if target.kind == "embedded":
        if target.path is None:
            raise UsageError("The embedded warehouse needs a path to its file")
        from lakehouse.warehouse import embedded

        return embedded.connect(target.path, read_only=read_only)
    if target.connection_name is None:
        raise UsageError("Snowflake needs a connection name: an entry of its connections.toml")
    return _snowflake(target.connection_name)


def _snowflake(connection_name: str) -> Connection:
    try:
        import snowflake.connector
    except ImportError as problem:
        raise UsageError(
            "Snowflake's connector is not installed: pip install 'softcart-lakehouse[warehouse]'"
        ) from problem
    kept = connection_name.removeprefix("secret/")
    options = {"connection_name": connection_name} if kept == connection_name else secret_options(kept)
    # Parquet timestamps are instants: in another time zone COPY would shift them on their way to TIMESTAMP_NTZ.
    connection = snowflake.connector.connect(**options, session_parameters={"TIMEZONE": "UTC"})
    return cast(Connection, connection)


def rows(connection: Connection, query: str, parameters: Sequence[object] | None = None) -> list[tuple[Any, ...]]:
    """All rows of a query."""
    found: list[tuple[Any, ...]] = connection.cursor().execute(query, parameters).fetchall()
    return found


def parse_target(text: str) -> WarehouseTarget:
    """The target that `embedded:<path>` or `snowflake:<connection name>` names.

    Raises:
        UsageError: it is neither.
    """
    kind, _, name = text.partition(":")
    if kind == "embedded" and name:
        return WarehouseTarget("embedded", path=Path(name))
    if kind == "snowflake" and name:
        return WarehouseTarget("snowflake", connection_name=name)
    raise UsageError(f"The warehouse {text!r} is neither embedded:<path> nor snowflake:<connection name>")
