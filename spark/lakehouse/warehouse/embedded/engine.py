"""One statement in, one result out: which part of the engine answers which statement."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlglot import exp

from lakehouse.warehouse.embedded import catalog, task_runs
from lakehouse.warehouse.embedded.copy_into import copy_into
from lakehouse.warehouse.embedded.dialect import commands, grammar
from lakehouse.warehouse.embedded.dialect.query import duckdb_sql, parse
from lakehouse.warehouse.embedded.errors import NotSupportedError
from lakehouse.warehouse.embedded.names import SchemaName
from lakehouse.warehouse.embedded.result import Result, fetched, status
from lakehouse.warehouse.embedded.session import Session
from lakehouse.warehouse.embedded.statements import ddl, dml, merge, objects, show

Handler = Callable[[Session, Any], Result]


def run(session: Session, statement: str) -> Result:
    """Run one statement of Snowflake's SQL.

    Raises:
        NotSupportedError: the statement, or a part of it, is not known to mean the same here as in Snowflake.
        Error: the statement is wrong or fails; then it has changed nothing.
    """
    parsed = grammar.parse(statement) or parse(statement)
    kind = type(parsed)
    if handler := _CONTROL.get(kind):
        return handler(session, parsed)
    if handler := _DEFINITIONS.get(kind):
        # As in Snowflake, a definition commits what is open and stands by itself.
        session.commit()
        with session.statement(writes=True):
            result = handler(session, parsed)
        session.commit()
        return result
    if handler := _CHANGES.get(kind):
        with session.statement(writes=True):
            return handler(session, parsed)
    if handler := _READS.get(kind):
        with session.statement(writes=False):
            return handler(session, parsed)
    raise NotSupportedError(f"the statement: {statement.strip()[:80]}")


def _query(session: Session, query: exp.Query) -> Result:
    session.cursor.execute(duckdb_sql(session.translator().query(query)))
    return fetched(session.cursor)


def _begin(session: Session, statement: exp.Transaction) -> Result:
    dml.only(statement)
    session.begin()
    return status("Statement executed successfully.")


def _commit(session: Session, statement: exp.Commit) -> Result:
    dml.only(statement)
    session.commit()
    return status("Statement executed successfully.")


def _rollback(session: Session, statement: exp.Rollback) -> Result:
    dml.only(statement)
    session.rollback()
    return status("Statement executed successfully.")


def _use(session: Session, statement: exp.Use) -> Result:
    dml.only(statement, "kind", "this")
    if not isinstance(statement.this, exp.Table):
        raise NotSupportedError(f"the statement: {statement.sql(dialect='snowflake')}")
    kind, parts = statement.text("kind").upper() or "DATABASE", dml.parts(statement.this)
    if kind == "DATABASE" and len(parts) == 1:
        if not catalog.database_exists(session.cursor, parts[0]):
            raise catalog.missing("Database", parts[0])
        session.namespace.database, session.namespace.schema = parts[0], "PUBLIC"
    elif kind == "SCHEMA":
        _use_schema(session, session.namespace.resolve_schema(parts))
    elif kind == "WAREHOUSE":
        session.warehouse = parts[0]
    else:
        raise NotSupportedError(f"USE {kind} {'.'.join(parts)}")
    return status("Statement executed successfully.")


def _use_schema(session: Session, schema: SchemaName) -> None:
    if not catalog.schema_exists(session.cursor, schema):
        raise catalog.missing("Schema", schema)
    session.namespace.database, session.namespace.schema = schema.database, schema.schema


def _alter(session: Session, statement: exp.Alter) -> Result:
    if statement.sql(dialect="snowflake").upper() != "ALTER SESSION SET TIMEZONE = 'UTC'":
        raise NotSupportedError("any ALTER but ALTER TASK, and ALTER SESSION SET TIMEZONE = 'UTC'")
    return status("Statement executed successfully.")


def _execute_task(session: Session, command: commands.ExecuteTask) -> Result:
    name = session.namespace.resolve(command.name)
    task_runs.start(session, name, run)
    return status(f"Task {name.name} is scheduled to run immediately.")


_CONTROL: dict[type, Handler] = {
    exp.Transaction: _begin,
    exp.Commit: _commit,
    exp.Rollback: _rollback,
    exp.Use: _use,
    exp.Alter: _alter,
    commands.ExecuteTask: _execute_task,
}
_DEFINITIONS: dict[type, Handler] = {
    exp.Create: ddl.create,
    exp.Drop: ddl.drop,
    exp.TruncateTable: dml.truncate,
    commands.CreateStage: objects.create_stage,
    commands.CreateFileFormat: objects.create_file_format,
    commands.CreateStream: objects.create_stream,
    commands.CreateTask: objects.create_task,
    commands.AlterTask: objects.alter_task,
    commands.Drop: objects.drop,
    commands.AccessControl: objects.record_access,
}
_CHANGES: dict[type, Handler] = {
    exp.Insert: dml.insert,
    exp.Update: dml.update,
    exp.Delete: dml.delete,
    exp.Merge: merge.merge,
    commands.CopyInto: copy_into,
}
_READS: dict[type, Handler] = {
    exp.Select: _query,
    exp.Union: _query,
    exp.Except: _query,
    exp.Intersect: _query,
    exp.Subquery: _query,
    exp.Describe: show.describe,
    commands.Show: show.show,
}
