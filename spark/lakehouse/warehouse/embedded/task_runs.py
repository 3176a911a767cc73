"""Runs of task graphs. As in Snowflake they are asynchronous: started by one statement, told of by TASK_HISTORY."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass

import duckdb

from lakehouse.failpoints import state_change
from lakehouse.warehouse.embedded import account as accounts
from lakehouse.warehouse.embedded.dialect.query import duckdb_sql, parse
from lakehouse.warehouse.embedded.duck import Cursor
from lakehouse.warehouse.embedded.errors import Error, ProgrammingError, from_duckdb
from lakehouse.warehouse.embedded.metadata import SCHEMA
from lakehouse.warehouse.embedded.names import Name
from lakehouse.warehouse.embedded.session import Session
from lakehouse.warehouse.embedded.tasks import Task, find, graph

_NOW = "now() at time zone 'UTC'"

RunStatement = Callable[[Session, str], object]


def start(session: Session, name: Name, run_statement: RunStatement) -> None:
    """Start a run of the graph under a root task in a session of its own, and return at once."""
    if session.in_transaction:
        raise ProgrammingError("EXECUTE TASK in a transaction: commit first, the task would wait for its end")
    root = find(session.cursor, name)
    if root.predecessors:
        raise ProgrammingError(f"Task {name} is not a root task: execute the one that it waits for")
    run = _GraphRun(str(uuid.uuid4()), root.name, graph(session.cursor, root.name))
    with session.statement(writes=True):
        run.schedule(session.cursor, root)
    account = accounts.acquire(session.account.path, read_only=False, timeout_seconds=0)
    # Not a daemon: a process that ends waits for its tasks, as a warehouse outlives its clients.
    threading.Thread(target=_run, args=(account, run, run_statement), name=f"task {name}").start()


def _run(account: accounts.Account, run: _GraphRun, run_statement: RunStatement) -> None:
    session = Session(account)
    try:
        run.all(session, run_statement)
    finally:
        session.close()
        accounts.release(account)


@dataclass(frozen=True)
class _GraphRun:
    id: str
    root: Name
    tasks: list[Task]

    def all(self, session: Session, run_statement: RunStatement) -> None:
        """Run each task whose predecessors have ended well. A suspended child counts as if it had succeeded."""
        states: dict[Name, str] = {}
        for task in self.tasks:
            before = {states[name] for name in task.predecessors}
            if "FAILED" in before:
                states[task.name] = "FAILED"
            elif before and not task.started:
                states[task.name] = "SUCCEEDED"
            else:
                # A task with several predecessors runs when one of them was not skipped.
                states[task.name] = self._one(session, task, run_statement, skip=before == {"SKIPPED"})

    def _one(self, session: Session, task: Task, run_statement: RunStatement, *, skip: bool) -> str:
        session.namespace.database, session.namespace.schema = task.name.parent.database, task.name.parent.schema
        state, problem = "SUCCEEDED", None
        self._record(session, task, "EXECUTING")
        try:
            if skip or not _holds(session, task.condition):
                state = "SKIPPED"
            else:
                with state_change(f"run task {task.name}"):
                    run_statement(session, task.body)
        except Exception as raised:
            session.rollback()
            state, problem = "FAILED", _error(raised)
        self._record(session, task, state, problem)
        return state

    def schedule(self, cursor: Cursor, task: Task) -> None:
        """Enter a task into the history."""
        cursor.execute(
            f"insert into {SCHEMA}.task_runs (graph_run, root, name, state, scheduled_time) "
            f"values (?, ?, ?, 'SCHEDULED', {_NOW})",
            [self.id, str(self.root), str(task.name)],
        )

    def _record(self, session: Session, task: Task, state: str, problem: Error | None = None) -> None:
        """Write a task's new state into the history, where other sessions see it at once."""
        moment = "query_start_time" if state == "EXECUTING" else "completed_time"
        with session.statement(writes=True):
            if state == "EXECUTING" and task.name != self.root:
                self.schedule(session.cursor, task)
            session.cursor.execute(
                f"update {SCHEMA}.task_runs set state = ?, error_code = ?, error_message = ?, {moment} = {_NOW} "
                "where graph_run = ? and name = ?",
                [state, problem.errno if problem else None, problem.msg if problem else None, self.id, str(task.name)],
            )


def _holds(session: Session, condition: str | None) -> bool:
    if condition is None:
        return True
    query = session.translator().query(parse(f"select {condition}"))
    row = session.cursor.execute(duckdb_sql(query)).fetchone()
    return bool(row and row[0])


def _error(problem: Exception) -> Error:
    """What the history keeps of any failure: a task has nobody else to tell."""
    if isinstance(problem, Error):
        return problem
    return from_duckdb(problem) if isinstance(problem, duckdb.Error) else Error(f"{type(problem).__name__}: {problem}")
