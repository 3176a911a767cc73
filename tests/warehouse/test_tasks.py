"""Tasks run in the background, in the order of their graph, and TASK_HISTORY tells what became of them."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from lakehouse.warehouse import embedded
from lakehouse.warehouse.embedded import Connection, NotSupportedError, ProgrammingError

HISTORY = """
    select NAME, STATE, ERROR_MESSAGE from table(INFORMATION_SCHEMA.TASK_HISTORY())
    order by QUERY_START_TIME
"""
ENDED = ("SUCCEEDED", "FAILED", "SKIPPED", "CANCELLED")


@pytest.fixture
def graph(connection: Connection) -> Connection:
    connection.execute_string(
        """
        create table LOG (ENTRY varchar(8));
        create task ROOT warehouse = W comment = 'first' as insert into LOG values ('root');
        create task CHILD warehouse = W after ROOT as insert into LOG select ENTRY || '+' from LOG;
        create task GRANDCHILD warehouse = W after CHILD as insert into SHOP.SALES.LOG values ('last');
        alter task CHILD resume;
        alter task GRANDCHILD resume
        """
    )
    return connection


def run(connection: Connection, tasks: int) -> list[tuple[str, str, str | None]]:
    """Execute the graph and wait until that many tasks have ended."""
    connection.cursor().execute("execute task ROOT")
    deadline = time.monotonic() + 10
    while True:
        history: list[tuple[str, str, str | None]] = connection.cursor().execute(HISTORY).fetchall()
        if sum(state in ENDED for _, state, _ in history) >= tasks or time.monotonic() > deadline:
            return history
        time.sleep(0.01)


def log(connection: Connection) -> list[str]:
    return [row[0] for row in connection.cursor().execute("select ENTRY from LOG order by ENTRY")]


def test_children_run_after_their_root(graph: Connection) -> None:
    history = run(graph, 3)
    assert history == [("ROOT", "SUCCEEDED", None), ("CHILD", "SUCCEEDED", None), ("GRANDCHILD", "SUCCEEDED", None)]
    assert log(graph) == ["last", "root", "root+"]


def test_what_follows_a_failed_task_does_not_run(graph: Connection) -> None:
    graph.cursor().execute("create or replace task CHILD after ROOT as insert into LOG values ('much too long')")
    graph.cursor().execute("alter task CHILD resume")
    history = run(graph, 2)
    time.sleep(0.1)
    assert graph.cursor().execute(HISTORY).fetchall() == history
    assert [(name, state) for name, state, _ in history] == [("ROOT", "SUCCEEDED"), ("CHILD", "FAILED")]
    assert "at most 8 characters" in str(history[1][2])
    assert log(graph) == ["root"]


def test_suspended_child_is_passed_over(graph: Connection) -> None:
    graph.cursor().execute("alter task CHILD suspend")
    assert [name for name, _, _ in run(graph, 2)] == ["ROOT", "GRANDCHILD"]


def test_condition_that_does_not_hold_skips_the_task(graph: Connection) -> None:
    graph.execute_string(
        """
        create stream LOG_STREAM on table LOG append_only = true;
        create or replace task ROOT when system$stream_has_data('SHOP.SALES.LOG_STREAM')
            as insert into LOG select 'again' from LOG_STREAM
        """
    )
    assert {state for _, state, _ in run(graph, 3)} == {"SKIPPED"}
    graph.cursor().execute("insert into LOG values ('x')")
    run(graph, 6)
    assert "again" in log(graph)


def test_execute_returns_before_the_task_has_ended(graph: Connection, other: Connection) -> None:
    other.execute_string("begin; insert into LOG values ('other')")
    # The task cannot even be entered into the history while another session writes.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lakehouse.warehouse.embedded.session.LOCK_TIMEOUT_SECONDS", 0.05)
        with pytest.raises(ProgrammingError):
            graph.cursor().execute("execute task ROOT")
    other.rollback()
    assert len(run(graph, 3)) == 3


def test_tasks_outlive_the_session_that_started_them(graph: Connection, path: Path) -> None:
    graph.cursor().execute("execute task ROOT")
    graph.close()
    reopened = embedded.connect(path, database="SHOP", schema="SALES")
    try:
        deadline = time.monotonic() + 10
        while len(log(reopened)) < 3 and time.monotonic() < deadline:
            time.sleep(0.01)
        assert log(reopened) == ["last", "root", "root+"]
    finally:
        reopened.close()


def test_history_takes_arguments_and_tells_runs_apart(graph: Connection) -> None:
    run(graph, 3)
    run(graph, 6)
    rows = graph.cursor().execute(
        """
        select GRAPH_RUN_GROUP_ID, count(*) from table(SHOP.INFORMATION_SCHEMA.TASK_HISTORY(
            scheduled_time_range_start => dateadd(hour, -1, current_timestamp()))) group by 1
        """
    )
    assert [count for _, count in rows] == [3, 3]
    named = "select count(*) from table(INFORMATION_SCHEMA.TASK_HISTORY(task_name => 'child'))"
    assert graph.cursor().execute(named).fetchone() == (2,)


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("execute task CHILD", "not a root"),
        ("execute task NOPE", "NOPE"),
        ("begin; execute task ROOT", "commit first"),
        ("create task ORPHAN after NOPE as select 1", "NOPE"),
        ("create task LATE schedule = '5 minute' as select 1; alter task LATE resume", "SCHEDULE"),
        ("create task BOTH schedule = '5 minute' after ROOT as select 1", "not both"),
    ],
)
def test_wrong_use_is_refused(graph: Connection, statement: str, problem: str) -> None:
    with pytest.raises((ProgrammingError, NotSupportedError), match=problem):
        graph.execute_string(statement)


def test_show_tasks(graph: Connection) -> None:
    cursor = graph.cursor(embedded.DictCursor).execute("show tasks in schema SHOP.SALES")
    shown = {row["name"]: (row["state"], row["predecessors"], row["comment"]) for row in cursor}
    assert shown["ROOT"] == ("suspended", [], "first")
    assert shown["CHILD"] == ("started", ["SHOP.SALES.ROOT"], "")


def test_run_that_a_killed_process_left_is_cancelled(graph: Connection, path: Path) -> None:
    run(graph, 3)
    graph.session.cursor.execute("update _ACCOUNT.task_runs set state = 'EXECUTING' where name like '%GRANDCHILD'")
    graph.close()
    reopened = embedded.connect(path, database="SHOP")
    states = {name: state for name, state, _ in reopened.cursor().execute(HISTORY)}
    reopened.close()
    assert states["GRANDCHILD"] == "CANCELLED"
