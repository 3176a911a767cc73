"""The grammar of the statements that sqlglot would pass on unread: anything it does not name is refused."""

from __future__ import annotations

from collections.abc import Callable

from lakehouse.warehouse.embedded.dialect.commands import (
    AccessControl,
    AlterTask,
    Command,
    CopyInto,
    CreateFileFormat,
    CreateStage,
    CreateStream,
    CreateTask,
    Definition,
    Drop,
    ExecuteTask,
    Parts,
    Show,
)
from lakehouse.warehouse.embedded.dialect.reader import Reader
from lakehouse.warehouse.embedded.errors import NotSupportedError

_ACCESS_CONTROL = ("GRANT", "REVOKE", "CREATE ROLE", "CREATE OR REPLACE ROLE", "DROP ROLE", "USE ROLE")
_SHOWN = ("DATABASES", "SCHEMAS", "TABLES", "VIEWS", "STREAMS", "TASKS", "STAGES")
_DROPPED = ("STAGE", "FILE FORMAT", "STREAM", "TASK")


def parse(statement: str) -> Command | None:
    """The command that a statement is, or None where it belongs to sqlglot's grammar."""
    reader = Reader(statement)
    if any(reader.accept(phrase) for phrase in _ACCESS_CONTROL):
        return AccessControl(statement)
    for phrase, read in _STATEMENTS.items():
        if reader.accept(phrase):
            command = read(reader)
            reader.end()
            return command
    return _create(reader)


def _create(reader: Reader) -> Command | None:
    if not reader.accept("CREATE"):
        return None
    replace = reader.accept("OR REPLACE")
    for kind, read in _CREATED.items():
        if reader.accept(kind):
            exists = reader.accept("IF NOT EXISTS")
            command = read(reader, Definition(reader.name(), replace, exists))
            reader.end()
            return command
    return None


def _comment(definition: Definition, comment: str) -> Definition:
    return Definition(definition.name, definition.replace, definition.if_not_exists, comment)


def _properties(reader: Reader, *known: str) -> dict[str, str]:
    """Read `NAME = value` to the end, refusing what is not known."""
    found: dict[str, str] = {}
    while not reader.done:
        name = reader.name()[0]
        if name not in known:
            raise NotSupportedError(f"the option {name} here")
        reader.expect("=")
        found[name] = reader.value()
    return found


def _create_stage(reader: Reader, definition: Definition) -> CreateStage:
    # The integration is kept for SHOW STAGES only: here the process's own credentials read the bucket.
    found = _properties(reader, "URL", "STORAGE_INTEGRATION", "COMMENT")
    if "URL" not in found:
        raise NotSupportedError("an internal stage (a stage without URL)")
    return CreateStage(_comment(definition, found.get("COMMENT", "")), found["URL"], found.get("STORAGE_INTEGRATION"))


def _create_file_format(reader: Reader, definition: Definition) -> CreateFileFormat:
    found = _properties(reader, "TYPE", "USE_LOGICAL_TYPE", "COMMENT")
    if found.get("TYPE") != "PARQUET":
        raise NotSupportedError("a file format of another type than PARQUET")
    return CreateFileFormat(_comment(definition, found.pop("COMMENT", "")), found)


def _create_stream(reader: Reader, definition: Definition) -> CreateStream:
    if not reader.accept("ON TABLE"):
        raise NotSupportedError("a stream on anything but a table")
    table = reader.name()
    found = _properties(reader, "APPEND_ONLY", "COMMENT")
    if found.get("APPEND_ONLY") != "TRUE":
        raise NotSupportedError("a standard stream: write APPEND_ONLY = TRUE")
    return CreateStream(_comment(definition, found.get("COMMENT", "")), table)


def _create_task(reader: Reader, definition: Definition) -> CreateTask:
    options: dict[str, str] = {}
    after: list[Parts] = []
    when = None
    while not reader.accept("AS"):
        if reader.accept("AFTER"):
            after = reader.names()
        elif reader.accept("WHEN"):
            when = reader.until("AS")
        else:
            name = reader.name()[0]
            if name not in ("WAREHOUSE", "SCHEDULE", "COMMENT"):
                raise NotSupportedError(f"the task option {name}")
            reader.expect("=")
            options[name] = reader.value()
    definition = _comment(definition, options.get("COMMENT", ""))
    return CreateTask(definition, reader.until(), options.get("WAREHOUSE"), options.get("SCHEDULE"), (*after,), when)


def _alter_task(reader: Reader) -> AlterTask:
    name = reader.name()
    if reader.accept("RESUME"):
        return AlterTask(name, "started")
    if reader.accept("SUSPEND"):
        return AlterTask(name, "suspended")
    raise NotSupportedError("this ALTER TASK: only RESUME and SUSPEND")


def _copy_into(reader: Reader) -> CopyInto:
    if reader.accept("@"):
        raise NotSupportedError("COPY INTO a stage")
    table = reader.name()
    reader.expect("FROM")
    source = reader.stage_path()
    options: dict[str, str] = {}
    file_format: dict[str, str] = {}
    while not reader.done:
        name = reader.name()[0]
        if name not in ("FILE_FORMAT", "MATCH_BY_COLUMN_NAME", "FORCE", "PATTERN", "ON_ERROR"):
            raise NotSupportedError(f"the COPY option {name}")
        reader.expect("=")
        if name == "FILE_FORMAT":
            file_format = reader.options()
        else:
            options[name] = reader.value()
    force = options.pop("FORCE", "FALSE") == "TRUE"
    return CopyInto(table, source, options, file_format, force, options.pop("PATTERN", None))


def _show(reader: Reader) -> Show:
    kind = reader.name()[0]
    if kind not in _SHOWN:
        raise NotSupportedError(f"SHOW {kind}")
    like = reader.text() if reader.accept("LIKE") else None
    if not reader.accept("IN"):
        return Show(kind, like=like)
    for scope_kind in ("ACCOUNT", "DATABASE", "SCHEMA"):
        if reader.accept(scope_kind):
            return Show(kind, scope_kind, () if scope_kind == "ACCOUNT" else reader.name(), like)
    return Show(kind, "DATABASE" if kind == "SCHEMAS" else "SCHEMA", reader.name(), like)


def _drop(kind: str) -> Callable[[Reader], Drop]:
    def read(reader: Reader) -> Drop:
        exists = reader.accept("IF EXISTS")
        return Drop(kind, reader.name(), exists)

    return read


_STATEMENTS: dict[str, Callable[[Reader], Command]] = {
    "ALTER TASK": _alter_task,
    "EXECUTE TASK": lambda reader: ExecuteTask(reader.name()),
    "COPY INTO": _copy_into,
    "SHOW": _show,
    **{f"DROP {kind}": _drop(kind) for kind in _DROPPED},
}
_CREATED: dict[str, Callable[[Reader, Definition], Command]] = {
    "STAGE": _create_stage,
    "FILE FORMAT": _create_file_format,
    "STREAM": _create_stream,
    "TASK": _create_task,
}
