"""Brings the warehouse's schema up to date from numbered (`V`) and repeatable (`R`) SQL scripts."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lakehouse.errors import UsageError, WarehouseError
from lakehouse.failpoints import state_change
from lakehouse.warehouse.connect import Connection, rows

_NAME = re.compile(r"(?P<kind>V(?P<version>\d+)|R)__(?P<title>\w+)\.sql")
_VARIABLE = re.compile(r"\{\{\s*(?P<name>\w+)\s*\}\}")

_HISTORY = """
create schema if not exists SOFTCART.OPS comment = 'What was applied and published';

create table if not exists SOFTCART.OPS.SCHEMA_HISTORY (
    VERSION number(10, 0) comment 'Number of a V script; NULL for repeatable ones',
    SCRIPT varchar(256) not null comment 'File name',
    CHECKSUM varchar(64) not null comment 'sha256 of a V script as written, of an R script with its variables put in',
    APPLIED_AT timestamp_ntz not null comment 'Moment at which it was applied (UTC)'
) comment = 'Scripts that made this schema; grain: one application of one script';
"""


@dataclass(frozen=True)
class Script:
    """One migration: `version` is None where the script is repeated whenever its text changes."""

    name: str
    version: int | None
    text: str
    checksum: str


def migrate(connection: Connection, variables: Mapping[str, str], folder: Path) -> list[str]:
    """Apply the scripts that the warehouse lacks: numbered ones in order, then repeatable ones whose text changed.

    Args:
        connection: a session that may create databases and schemas.
        variables: what `{{ name }}` in the scripts stands for.
        folder: where `V<number>__<title>.sql` and `R__<title>.sql` lie.

    Returns:
        The names of the scripts applied, in order.

    Raises:
        UsageError: a script's name or variable is unknown, or two scripts share a number.
        WarehouseError: an applied numbered script has changed, or a script fails. Its statements are safe to repeat, so
            that the next run goes on where this one stopped.
    """
    scripts = _scripts(folder, variables)
    _prepare(connection)
    applied = _applied(connection)
    done = []
    for script in scripts:
        known = applied.get(script.name)
        if known == script.checksum:
            continue
        if known and script.version is not None:
            raise WarehouseError(f"{script.name} was applied and has changed since: restore it, and add a new script")
        _apply(connection, script)
        done.append(script.name)
    return done


def _scripts(folder: Path, variables: Mapping[str, str]) -> list[Script]:
    scripts = sorted(
        (_script(path, variables) for path in folder.glob("*.sql")),
        key=lambda script: (script.version is None, script.version or 0, script.name),
    )
    if not scripts:
        raise UsageError(f"There are no migrations in {folder}")
    versions = [script.version for script in scripts if script.version is not None]
    if twice := {version for version in versions if versions.count(version) > 1}:
        raise UsageError(f"{folder} has several scripts with the number {min(twice)}")
    return scripts


def _script(path: Path, variables: Mapping[str, str]) -> Script:
    name = _NAME.fullmatch(path.name)
    if not name:
        raise UsageError(f"{path} is no migration: name it V<number>__<title>.sql or R__<title>.sql")
    written = path.read_text(encoding="utf-8")
    text = _filled(path.name, written, variables)
    version = int(name["version"]) if name["version"] else None
    # A numbered script has run once, whatever its variables were; a repeatable one follows them.
    checksum = hashlib.sha256((text if version is None else written).encode()).hexdigest()
    return Script(path.name, version, text, checksum)


def _filled(script: str, text: str, variables: Mapping[str, str]) -> str:
    def value(found: re.Match[str]) -> str:
        if found["name"] not in variables:
            known = ", ".join(sorted(variables)) or "none"
            raise UsageError(f"{script} uses the unknown variable '{found['name']}'; known are: {known}")
        return variables[found["name"]]

    return _VARIABLE.sub(value, text)


def _prepare(connection: Connection) -> None:
    # Even with IF NOT EXISTS, Snowflake wants the right to create databases: a deployed role need not have it.
    if not rows(connection, "show databases like 'SOFTCART'"):
        with state_change("create SOFTCART"):
            connection.cursor().execute("create database if not exists SOFTCART comment = 'Sales of the shop'")
    with state_change("create OPS.SCHEMA_HISTORY"):
        connection.execute_string(_HISTORY)


def _applied(connection: Connection) -> dict[str, str]:
    """The last checksum of each script."""
    history = rows(connection, "select SCRIPT, CHECKSUM from SOFTCART.OPS.SCHEMA_HISTORY order by APPLIED_AT")
    return dict(history)


def _apply(connection: Connection, script: Script) -> None:
    try:
        with state_change(f"apply {script.name}"):
            connection.execute_string(script.text)
    except Exception as problem:
        raise WarehouseError(f"{script.name} failed: {problem}") from problem
    with state_change(f"record {script.name}"):
        connection.cursor().execute(
            "insert into SOFTCART.OPS.SCHEMA_HISTORY (VERSION, SCRIPT, CHECKSUM, APPLIED_AT) "
            "select %s, %s, %s, sysdate()",
            (script.version, script.name, script.checksum),
        )
