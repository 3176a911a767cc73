"""One call opens either warehouse."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lakehouse.errors import UsageError
from lakehouse.warehouse.connect import WarehouseTarget, connect, rows


def test_embedded_warehouse_is_made_where_the_target_says(tmp_path: Path) -> None:
    path = tmp_path / "new" / "warehouse.duckdb"
    connection = connect(WarehouseTarget("embedded", path))
    assert rows(connection, "select %s", ("here",)) == [("here",)]
    connection.close()
    assert path.exists()


def test_snowflake_is_opened_by_the_name_of_its_connection_and_in_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {}
    monkeypatch.setattr("snowflake.connector.connect", lambda **options: asked.update(options))
    connect(WarehouseTarget("snowflake", connection_name="prod"))
    assert asked == {"connection_name": "prod", "session_parameters": {"TIMEZONE": "UTC"}}


@pytest.mark.parametrize("kind", ["embedded", "snowflake"])
def test_target_without_its_address_is_refused(kind: Any) -> None:
    with pytest.raises(UsageError, match="needs a"):
        connect(WarehouseTarget(kind))
