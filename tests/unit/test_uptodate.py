"""Reading the lake's own small tables without a Spark."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import write_deltalake

from lakehouse.model import HOLDS, JOB_RUNS, LANDING_FILES, Table
from lakehouse.settings import State
from lakehouse.sources.landing import Landing, list_landing
from lakehouse.uptodate import bytes_to_load, table_rows


@pytest.fixture
def state(tmp_path: Path) -> State:
    return State(tmp_path / "my shop", "softcart", tmp_path)


def append(state: State, table: Table, **values: object) -> None:
    """Append one row, as a file of its own."""
    path = state.lake / table.name.replace(".", "/")
    path.mkdir(parents=True, exist_ok=True)
    write_deltalake(str(path), pa.table({name: [value] for name, value in values.items()}), mode="append")


def hold(state: State, batch: int) -> None:
    append(state, HOLDS, batch=batch, status="open")


def test_rows_of_every_file_are_read_also_below_a_folder_with_a_blank(state: State) -> None:
    hold(state, 1)
    hold(state, 2)
    assert sorted(row["batch"] for row in table_rows(state, HOLDS)) == [1, 2]
    assert table_rows(state, HOLDS, ["status"]) == [{"status": "open"}, {"status": "open"}]


def test_table_without_rows_or_not_there_has_none(state: State) -> None:
    assert table_rows(state, HOLDS) == []
    path = state.lake / HOLDS.name.replace(".", "/")
    path.mkdir(parents=True)
    write_deltalake(str(path), pa.table({"batch": pa.array([], pa.int64())}))
    assert table_rows(state, HOLDS) == []


@pytest.fixture
def landing(state: State, tmp_path: Path) -> Landing:
    """Two files, of 10 and 25 bytes, the first of them loaded by one run."""
    (tmp_path / "old.jsonl").write_text("x" * 10)
    (tmp_path / "new.jsonl").write_text("y" * 25)
    found = list_landing(state.storage, state.mapping().format)
    (old,) = (file for file in found.files if file.path == "old.jsonl")
    reading = {"path": old.path, "content_hash": old.content_hash, "problem": "", "batch": 1}
    append(state, LANDING_FILES, status="loaded", **reading)
    return found


def log_run(state: State, mapping_hash: str) -> None:
    append(state, JOB_RUNS, job="ingest_orders", run_id="1", finished_at=1, mapping_hash=mapping_hash)


def test_files_that_are_loaded_are_nothing_to_do(state: State, landing: Landing) -> None:
    log_run(state, state.mapping().hash)
    assert bytes_to_load(state, landing, ["ingest_orders"]) == 25


def test_changed_mapping_is_to_be_applied_to_every_file(state: State, landing: Landing) -> None:
    log_run(state, "another mapping")
    assert bytes_to_load(state, landing, ["ingest_orders"]) == 35


def test_what_is_loaded_is_all_to_do_for_a_job_that_has_never_ended(state: State, landing: Landing) -> None:
    log_run(state, state.mapping().hash)
    assert bytes_to_load(state, landing, ["ingest_orders", "build_order_lines"]) == 35


def test_all_is_to_do_where_there_is_no_lake(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("x" * 10)
    state = State(tmp_path / "new", "softcart", tmp_path)
    assert bytes_to_load(state, list_landing(state.storage, state.mapping().format), ["ingest_orders"]) == 10
