"""Both warehouses of the benchmark do the same, so that their seconds can be compared."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.warehouse_work.contenders import CONTENDERS, STATE, Rows
from benchmarks.warehouse_work.exports import write_exports
from benchmarks.warehouse_work.questions import QUESTIONS


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exports")
    write_exports(folder, facts=3_000, changes=300)
    return folder


def test_both_hold_the_same_rows_and_give_the_same_answers(exports: Path, tmp_path: Path) -> None:
    states: dict[str, list[Rows]] = {}
    for name, contender in CONTENDERS.items():
        warehouse = contender(exports, tmp_path)
        warehouse.load("star")
        warehouse.merge()
        states[name] = [warehouse.ask(STATE)]
        warehouse.load("changes")
        warehouse.merge()
        states[name] += [warehouse.ask(STATE), *(sorted(warehouse.ask(sql), key=str) for sql in QUESTIONS.values())]
        warehouse.close()
    assert states["embedded"] == states["duckdb"]
    assert states["duckdb"][0][0][0] == 3_000
    assert states["duckdb"][0] != states["duckdb"][1]
