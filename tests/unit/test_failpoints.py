"""Failpoints: the hook is told of every change, and no code changes state without passing one."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from lakehouse.failpoints import installed, state_change

PACKAGE = Path(__file__).parents[2] / "spark" / "lakehouse"
# The embedded warehouse is the database itself; the others have no state of a lake.
NO_PART_OF_A_RUN = ("warehouse/embedded", "jvm", "generator", "cost", "standins", "report")
# The one function for queries, and the commands that look: they open the warehouse read-only.
ONLY_QUERIES = ("warehouse/connect.py", "cli/look.py")
RUNS_SQL = {"sql", "execute", "execute_string", "executemany"}
WRITES_TABLES = {"save", "saveAsTable", "insertInto", "writeTo", "parquet", "write_deltalake"}
CHANGES_FILES = {"write_text", "write_bytes", "rename", "unlink", "rmtree", "move", "copytree"}
FAILPOINTS = ("state_change(", "_writing(")
READS = re.compile(r"\s*(select|describe|show|begin)\b", re.IGNORECASE)


def change(name: str) -> None:
    with state_change(name):
        pass


def test_hook_is_told_before_and_after_also_in_other_threads() -> None:
    told: list[str] = []
    with installed(told.append), ThreadPoolExecutor(1) as pool:
        change("append one")
        pool.submit(change, "merge two").result()
    change("delete three")
    assert told == ["before append one", "after append one", "before merge two", "after merge two"]


def test_change_that_fails_is_not_told_as_done() -> None:
    told: list[str] = []
    with installed(told.append), pytest.raises(OSError, match="disk full"), state_change("append one"):
        raise OSError("disk full")
    assert told == ["before append one"]


def test_hook_that_raises_keeps_the_change_from_being_made() -> None:
    def refuse(place: str) -> None:
        raise OSError(place)

    with installed(refuse), pytest.raises(OSError, match="before append one"), state_change("append one"):
        pytest.fail("the change was made")


def calls(tree: ast.AST, *, guarded: bool = False) -> Iterator[tuple[ast.Call, bool]]:
    """Every call, and whether it is within a failpoint."""
    for node in ast.iter_child_nodes(tree):
        inner = guarded or (
            isinstance(node, ast.With) and any(ast.unparse(item).startswith(FAILPOINTS) for item in node.items)
        )
        if isinstance(node, ast.Call):
            yield node, inner
        yield from calls(node, guarded=inner)


def changes_state(call: ast.Call) -> bool:
    """Whether a call may write: all SQL counts that does not visibly only read."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name in RUNS_SQL:
        text = ast.unparse(call.args[0]).lstrip("f\"'")
        return not READS.match(text)
    if name in WRITES_TABLES:
        return bool(call.args) and ".read" not in ast.unparse(call.func)
    return name in CHANGES_FILES


def run_modules() -> list[str]:
    names = (path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))
    return sorted(name for name in names if not name.startswith(NO_PART_OF_A_RUN + ONLY_QUERIES))


@pytest.mark.parametrize("module", run_modules())
def test_nothing_changes_state_outside_a_failpoint(module: str) -> None:
    tree = ast.parse((PACKAGE / module).read_text())
    unguarded = [ast.unparse(call) for call, guarded in calls(tree) if changes_state(call) and not guarded]
    assert unguarded == []
