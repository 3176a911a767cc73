"""CREATE, ALTER and DROP of stages, file formats, streams and tasks; access control."""

from __future__ import annotations

import json

from lakehouse.warehouse.embedded import catalog, stages, streams
from lakehouse.warehouse.embedded.dialect import commands
from lakehouse.warehouse.embedded.errors import ALREADY_EXISTS, NotSupportedError, ProgrammingError
from lakehouse.warehouse.embedded.metadata import SCHEMA
from lakehouse.warehouse.embedded.names import Name
from lakehouse.warehouse.embedded.result import Result, status
from lakehouse.warehouse.embedded.session import Session
from lakehouse.warehouse.embedded.tasks import find

_RECORDS = {"STAGE": "stages", "FILE FORMAT": "file_formats", "STREAM": "streams", "TASK": "tasks"}


def _defined(session: Session, kind: str, definition: commands.Definition) -> Name | None:
    """The full name of an object to make, its older namesake dropped; None where IF NOT EXISTS makes it needless."""
    name = session.namespace.resolve(definition.name)
    if not catalog.schema_exists(session.cursor, name.parent):
        raise catalog.missing("Schema", name.parent)
    if not _exists(session, kind, name):
        return name
    if definition.if_not_exists:
        return None
    if not definition.replace:
        raise ProgrammingError(f"Object '{name}' already exists.", errno=ALREADY_EXISTS, sqlstate="42710")
    _forget(session, kind, name)
    return name


def _exists(session: Session, kind: str, name: Name) -> bool:
    found = session.cursor.execute(f"select 1 from {SCHEMA}.{_RECORDS[kind]} where name = ?", [str(name)])
    return found.fetchone() is not None


def _forget(session: Session, kind: str, name: Name) -> None:
    session.cursor.execute(f"delete from {SCHEMA}.{_RECORDS[kind]} where name = ?", [str(name)])


def _created(kind: str, definition: commands.Definition) -> Result:
    return status(f"{kind.capitalize()} {definition.name[-1]} successfully created.")


def create_stage(session: Session, command: commands.CreateStage) -> Result:
    """CREATE STAGE."""
    stages.check_url(command.url)
    if name := _defined(session, "STAGE", command.definition):
        values = [str(name), command.url, command.storage_integration, command.definition.comment]
        session.cursor.execute(f"insert into {SCHEMA}.stages values (?, ?, ?, ?)", values)
    return _created("Stage area", command.definition)


def create_file_format(session: Session, command: commands.CreateFileFormat) -> Result:
    """CREATE FILE FORMAT."""
    if name := _defined(session, "FILE FORMAT", command.definition):
        values = [str(name), json.dumps(command.options), command.definition.comment]
        session.cursor.execute(f"insert into {SCHEMA}.file_formats values (?, ?, ?)", values)
    return _created("File format", command.definition)


def create_stream(session: Session, command: commands.CreateStream) -> Result:
    """CREATE STREAM."""
    table = catalog.require_table(session.cursor, session.namespace.resolve(command.table))
    if name := _defined(session, "STREAM", command.definition):
        streams.create(session.cursor, name, table, command.definition.comment)
    return _created("Stream", command.definition)


def create_task(session: Session, command: commands.CreateTask) -> Result:
    """CREATE TASK. A task is born suspended."""
    if command.schedule and command.after:
        raise ProgrammingError("A task has a SCHEDULE or waits for others (AFTER), not both")
    after = [session.namespace.resolve(predecessor) for predecessor in command.after]
    name = _defined(session, "TASK", command.definition)
    if name is None:
        return _created("Task", command.definition)
    for predecessor in after:
        find(session.cursor, predecessor)
        if predecessor.parent != name.parent:
            raise ProgrammingError(f"Task {name} cannot wait for {predecessor}: all tasks of a graph share a schema")
    predecessors = [str(predecessor) for predecessor in after]
    values = [str(name), command.warehouse, command.schedule, predecessors, command.when, command.body]
    session.cursor.execute(
        f"insert into {SCHEMA}.tasks values (?, ?, ?, ?, ?, ?, ?, 'suspended')", [*values, command.definition.comment]
    )
    return _created("Task", command.definition)


def alter_task(session: Session, command: commands.AlterTask) -> Result:
    """ALTER TASK ... RESUME or SUSPEND."""
    task = find(session.cursor, session.namespace.resolve(command.name))
    if task.schedule and command.state == "started":
        raise NotSupportedError(f"a running SCHEDULE: leave {task.name} suspended and use EXECUTE TASK")
    session.cursor.execute(f"update {SCHEMA}.tasks set state = ? where name = ?", [command.state, str(task.name)])
    return status("Statement executed successfully.")


def drop(session: Session, command: commands.Drop) -> Result:
    """DROP STAGE, FILE FORMAT, STREAM or TASK."""
    name = session.namespace.resolve(command.name)
    if not _exists(session, command.kind, name) and not command.if_exists:
        raise catalog.missing(command.kind.capitalize(), name)
    _forget(session, command.kind, name)
    return status(f"{name.name} successfully dropped.")


def record_access(session: Session, command: commands.AccessControl) -> Result:
    """Keep a statement on roles and grants for the record, and say that it has no effect."""
    values = [command.statement]
    session.cursor.execute(f"insert into {SCHEMA}.access_control values (?, now() at time zone 'UTC')", values)
    return status("Recorded, not enforced: the embedded warehouse has no users and no roles.")
