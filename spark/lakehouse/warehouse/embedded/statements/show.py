"""SHOW and DESCRIBE TABLE, with the columns of Snowflake's output that mean something here."""

from __future__ import annotations

from sqlglot import exp

from lakehouse.warehouse.embedded import catalog
from lakehouse.warehouse.embedded.dialect import commands
from lakehouse.warehouse.embedded.errors import NotSupportedError
from lakehouse.warehouse.embedded.metadata import SCHEMA
from lakehouse.warehouse.embedded.result import Result, fetched, table
from lakehouse.warehouse.embedded.session import Session
from lakehouse.warehouse.embedded.statements.dml import only, parts

_TABLES = "split_part(schema_name, '.', 1) as database_name, split_part(schema_name, '.', 2) as schema_name"
_OBJECTS = (
    "split_part(name, '.', 3) as name, split_part(name, '.', 1) as database_name, "
    "split_part(name, '.', 2) as schema_name"
)
_LISTINGS = {
    "DATABASES": f"select name, name as database_name, '' as schema_name, comment from {SCHEMA}.databases",
    "SCHEMAS": "select split_part(name, '.', 2) as name, split_part(name, '.', 1) as database_name, "
    f"split_part(name, '.', 2) as schema_name, comment from {SCHEMA}.schemas",
    "TABLES": f"select table_name as name, {_TABLES}, 'TABLE' as kind, coalesce(comment, '') as comment "
    "from duckdb_tables() where schema_name like '%.%'",
    "VIEWS": f"select view_name as name, {_TABLES}, coalesce(comment, '') as comment "
    "from duckdb_views() where schema_name like '%.%' and schema_name not like '%.INFORMATION_SCHEMA'",
    "STREAMS": f"select {_OBJECTS}, comment, table_name, 'APPEND_ONLY' as mode, 'false' as stale from {SCHEMA}.streams",
    "TASKS": f"select {_OBJECTS}, comment, warehouse, schedule, predecessors, state, body as definition, condition "
    f"from {SCHEMA}.tasks",
    "STAGES": f"select {_OBJECTS}, url, storage_integration, comment from {SCHEMA}.stages",
}


def show(session: Session, command: commands.Show) -> Result:
    """SHOW objects of a kind; without a scope, those of the current schema (schemas: of the current database)."""
    conditions, values = _scope(session, command)
    if command.like is not None:
        conditions.append("name ilike ?")
        values.append(command.like)
    where = f"where {' and '.join(conditions)}" if conditions else ""
    session.cursor.execute(
        f"from ({_LISTINGS[command.kind]}) {where} order by database_name, schema_name, name", values
    )
    return fetched(session.cursor)


def _scope(session: Session, command: commands.Show) -> tuple[list[str], list[str]]:
    if command.kind == "DATABASES" or command.scope_kind == "ACCOUNT":
        return [], []
    database, schema = session.namespace.database, session.namespace.schema
    if command.scope_kind == "DATABASE":
        return ["database_name = ?"], [command.scope[0]]
    if command.scope_kind == "SCHEMA":
        name = session.namespace.resolve_schema(command.scope)
        database, schema = name.database, name.schema
    if command.kind == "SCHEMAS" or schema is None:
        schema = None
    pairs = [("database_name = ?", database), ("schema_name = ?", schema)]
    return [condition for condition, value in pairs if value], [value for _, value in pairs if value]


def describe(session: Session, statement: exp.Describe) -> Result:
    """DESCRIBE TABLE or VIEW: name, type, kind, null?, default and comment of each column."""
    only(statement, "this", "kind")
    if str(statement.args.get("kind") or "TABLE").upper() not in ("TABLE", "VIEW"):
        raise NotSupportedError(f"DESCRIBE {statement.args['kind']}")
    name = session.namespace.resolve(parts(statement.this))
    found = catalog.described(session.cursor, name)
    if not found:
        raise catalog.missing("Table", name)
    rows = [(c.name, c.snowflake_type, "COLUMN", "Y" if c.nullable else "N", c.default, c.comment) for c in found]
    return table(("name", "type", "kind", "null?", "default", "comment"), rows)
