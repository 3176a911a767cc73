"""The statements of our own grammar: stages, file formats, COPY, streams, tasks, SHOW and access control."""

from __future__ import annotations

from dataclasses import dataclass, field

Parts = tuple[str, ...]


@dataclass(frozen=True)
class Definition:
    """What every CREATE has: the name, and what to do where it exists."""

    name: Parts
    replace: bool = False
    if_not_exists: bool = False
    comment: str = ""


@dataclass(frozen=True)
class CreateStage:
    """CREATE STAGE: a place with files."""

    definition: Definition
    url: str
    storage_integration: str | None = None


@dataclass(frozen=True)
class CreateFileFormat:
    """CREATE FILE FORMAT."""

    definition: Definition
    options: dict[str, str]


@dataclass(frozen=True)
class CreateStream:
    """CREATE STREAM ... APPEND_ONLY = TRUE."""

    definition: Definition
    table: Parts


@dataclass(frozen=True)
class CreateTask:
    """CREATE TASK: one statement, when it is due and what it waits for."""

    definition: Definition
    body: str
    warehouse: str | None = None
    schedule: str | None = None
    after: tuple[Parts, ...] = ()
    when: str | None = None


@dataclass(frozen=True)
class AlterTask:
    """ALTER TASK ... RESUME or SUSPEND."""

    name: Parts
    state: str


@dataclass(frozen=True)
class ExecuteTask:
    """EXECUTE TASK: run a graph now."""

    name: Parts


@dataclass(frozen=True)
class CopyInto:
    """COPY INTO a table from the files of a stage."""

    table: Parts
    source: str
    options: dict[str, str] = field(default_factory=dict)
    file_format: dict[str, str] = field(default_factory=dict)
    force: bool = False
    pattern: str | None = None


@dataclass(frozen=True)
class Show:
    """SHOW objects, in the account, a database or a schema."""

    kind: str
    scope_kind: str | None = None
    scope: Parts = ()
    like: str | None = None


@dataclass(frozen=True)
class Drop:
    """DROP of a stage, file format, stream or task."""

    kind: str
    name: Parts
    if_exists: bool


@dataclass(frozen=True)
class AccessControl:
    """A statement on roles and grants: recorded, not enforced."""

    statement: str


Command = (
    CreateStage
    | CreateFileFormat
    | CreateStream
    | CreateTask
    | AlterTask
    | ExecuteTask
    | CopyInto
    | Show
    | Drop
    | AccessControl
)
