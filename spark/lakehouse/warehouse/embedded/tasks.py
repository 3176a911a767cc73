"""Tasks: their definitions and the graphs that they form."""

from __future__ import annotations

from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from lakehouse.warehouse.embedded.catalog import missing
from lakehouse.warehouse.embedded.duck import Cursor
from lakehouse.warehouse.embedded.errors import ProgrammingError
from lakehouse.warehouse.embedded.metadata import SCHEMA
from lakehouse.warehouse.embedded.names import Name
from lakehouse.warehouse.embedded.streams import parse_name


@dataclass(frozen=True)
class Task:
    """A task as it is defined. A child runs only while it is `started` (resumed)."""

    name: Name
    predecessors: tuple[Name, ...]
    schedule: str | None
    condition: str | None
    body: str
    started: bool


def find(cursor: Cursor, name: Name) -> Task:
    """A task by its name; raises ProgrammingError if there is none."""
    for task in _all(cursor):
        if task.name == name:
            return task
    raise missing("Task", name)


def graph(cursor: Cursor, root: Name) -> list[Task]:
    """The tasks of a root's graph, each after those it waits for."""
    tasks = {task.name: task for task in _all(cursor)}
    reached = {root}
    while more := {task.name for task in tasks.values() if reached.intersection(task.predecessors)} - reached:
        reached |= more
    waiting = {name: reached.intersection(tasks[name].predecessors) for name in sorted(reached)}
    try:
        return [tasks[name] for name in TopologicalSorter(waiting).static_order()]
    except CycleError as problem:
        raise ProgrammingError(f"The tasks after {root} wait for each other: {problem.args[1]}") from problem


def _all(cursor: Cursor) -> list[Task]:
    rows = cursor.execute(f"select name, predecessors, schedule, condition, body, state from {SCHEMA}.tasks").fetchall()
    return [
        Task(parse_name(name), tuple(map(parse_name, predecessors)), schedule, condition, body, state == "started")
        for name, predecessors, schedule, condition, body, state in rows
    ]
