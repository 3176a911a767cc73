"""Reading the lake's own small tables without a Spark."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import write_deltalake

from lakehouse.model import HOLDS
from lakehouse.settings import State
from lakehouse.uptodate import table_rows


@pytest.fixture
def state(tmp_path: Path) -> State:
    return State(tmp_path / "my shop", "softcart", tmp_path)


def hold(state: State, batch: int) -> None:
    """Append one hold, as a file of its own."""
    path = state.lake / HOLDS.name.replace(".", "/")
    path.mkdir(parents=True, exist_ok=True)
    write_deltalake(str(path), pa.table({"batch": [batch], "status": ["open"]}), mode="append")


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
