"""Names of databases, schemas and the objects in them, and how they are spelled in the DuckDB file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lakehouse.warehouse.embedded.errors import NO_CURRENT_DATABASE, NotSupportedError, ProgrammingError


def quoted(identifier: str) -> str:
    """An identifier in double quotes, safe to put into SQL."""
    return '"' + identifier.replace('"', '""') + '"'


def literal(value: str) -> str:
    """A text in single quotes, safe to put into DuckDB SQL."""
    return "'" + value.replace("'", "''") + "'"


@dataclass(frozen=True, order=True)
class SchemaName:
    """A schema of a database. DuckDB knows it as one schema named `DATABASE.SCHEMA`."""

    database: str
    schema: str

    @property
    def sql(self) -> str:
        """The schema in DuckDB SQL."""
        return quoted(str(self))

    def __str__(self) -> str:
        return f"{self.database}.{self.schema}"


@dataclass(frozen=True, order=True)
class Name:
    """A table, view, stream, task, stage or file format, by its full name."""

    parent: SchemaName
    name: str

    @property
    def sql(self) -> str:
        """The table or view in DuckDB SQL."""
        return f"{self.parent.sql}.{quoted(self.name)}"

    def __str__(self) -> str:
        return f"{self.parent}.{self.name}"


@dataclass
class Namespace:
    """The database and schema that a session uses for names which say less than everything."""

    database: str | None = None
    schema: str | None = None

    def resolve_schema(self, parts: Sequence[str]) -> SchemaName:
        """The schema that one or two name parts mean; raises ProgrammingError where the session lacks the rest."""
        database, schema = [None, *parts][-2:]
        return SchemaName(self._known(database or self.database, "DATABASE"), self._known(schema, "SCHEMA"))

    def resolve(self, parts: Sequence[str]) -> Name:
        """The object that one to three name parts mean; raises ProgrammingError where the session lacks the rest."""
        if any("." in part for part in parts):
            raise NotSupportedError("a name with a dot in it")
        if not 1 <= len(parts) <= 3:
            raise ProgrammingError(f"'{'.'.join(parts)}' is no name of an object")
        return Name(self.resolve_schema([*parts[:-1]] or [self._known(self.schema, "SCHEMA")]), parts[-1])

    @staticmethod
    def _known(part: str | None, kind: str) -> str:
        if part:
            return part
        raise ProgrammingError(
            f"This session has no current {kind.lower()}: USE {kind} <name>, or write the full name",
            errno=NO_CURRENT_DATABASE,
            sqlstate="22000",
        )
