"""Loading and merging bring the star schema to the lake's state, whatever happens on the way."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lakehouse.errors import WarehouseError
from lakehouse.model.gold import DAILY_SALES, DIM_COUNTRY, FACT_SALES
from lakehouse.model.table import Table
from lakehouse.warehouse.connect import Connection, rows
from lakehouse.warehouse.load import Export, Mark, clear_merged, load, merge, pending, published, target

Change = dict[str, Any]


def upsert(key: int, country: str, version: int = 1) -> Change:
    return {"country_key": key, "country": country, "change_type": "upsert", "delta_version": version}


def delete(key: int, version: int = 1) -> Change:
    return {"country_key": key, "country": None, "change_type": "delete", "delta_version": version}


class Lake:
    """Writes exports the way the publishing job does: Parquet files in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.exports = 0

    def export(
        self, changes: list[Change], *, table: Table = DIM_COUNTRY, version: int = 1, snapshot: bool = False
    ) -> Export:
        self.exports += 1
        path = f"run={self.exports}/{table.name}"
        place = self.folder / path
        place.mkdir(parents=True)
        (place / "_SUCCESS").touch()
        if changes:
            pq.write_table(pa.Table.from_pylist(changes), place / "part-0.parquet")
        return Export(table, path, Mark(table.name, "id-1", version, f"run-{self.exports}"), snapshot, len(changes))


@pytest.fixture
def lake(exports: Path) -> Lake:
    return Lake(exports)


def countries(connection: Connection) -> dict[int, str]:
    return dict(rows(connection, "select COUNTRY_KEY, COUNTRY from SOFTCART.STAR.DIM_COUNTRY"))


def publish(connection: Connection, *exports: Export) -> None:
    load(connection, exports)
    merge(connection, 30)


def test_loaded_changes_reach_the_star_schema_by_the_merge(warehouse: Connection, lake: Lake) -> None:
    big = 9223372036854775807
    export = lake.export([upsert(big, "France"), upsert(-1, "Unknown")], version=3)
    assert load(warehouse, [export]) == {"gold.dim_country": 2}
    assert countries(warehouse) == {}
    assert pending(warehouse)
    merge(warehouse, 30)
    assert countries(warehouse) == {big: "France", -1: "Unknown"}
    assert not pending(warehouse)
    assert published(warehouse) == {"gold.dim_country": Mark("gold.dim_country", "id-1", 3, "run-1")}


def test_last_change_of_a_key_counts_and_an_upsert_beats_a_delete_of_its_version(
    warehouse: Connection, lake: Lake
) -> None:
    publish(warehouse, lake.export([upsert(1, "Eire"), upsert(2, "Spain"), upsert(3, "Italy")]))
    changes = [
        upsert(1, "Eyre", 2), upsert(1, "Ireland", 3),
        upsert(2, "Espana", 2), delete(2, 3),
        upsert(3, "Italia", 2), delete(3, 2),
    ]  # fmt: skip
    publish(warehouse, lake.export(changes, version=3))
    assert countries(warehouse) == {1: "Ireland", 3: "Italia"}


def test_merged_changes_are_not_kept_beside_the_star(warehouse: Connection, lake: Lake) -> None:
    publish(warehouse, lake.export([upsert(1, "Ireland"), delete(2)]))
    clear_merged(warehouse)
    assert rows(warehouse, "select * from SOFTCART.STAGING.DIM_COUNTRY_CHANGES") == []
    assert countries(warehouse) == {1: "Ireland"}


def test_publishing_the_same_changes_again_changes_nothing(warehouse: Connection, lake: Lake) -> None:
    export = lake.export([upsert(1, "Ireland"), delete(2)])
    publish(warehouse, export)
    publish(warehouse, export)
    assert countries(warehouse) == {1: "Ireland"}


def test_snapshot_deletes_what_it_lacks(warehouse: Connection, lake: Lake) -> None:
    publish(warehouse, lake.export([upsert(1, "Ireland"), upsert(2, "Spain")]))
    publish(warehouse, lake.export([upsert(2, "Spain"), upsert(3, "Italy")], version=7, snapshot=True))
    assert countries(warehouse) == {2: "Spain", 3: "Italy"}


def test_empty_snapshot_empties_the_table(warehouse: Connection, lake: Lake) -> None:
    publish(warehouse, lake.export([upsert(1, "Ireland")]))
    publish(warehouse, lake.export([], version=2, snapshot=True))
    assert countries(warehouse) == {}


def test_several_tables_commit_together_or_not_at_all(warehouse: Connection, lake: Lake) -> None:
    good = lake.export([upsert(1, "Ireland")])
    bad = lake.export([{"line_id": "x" * 65, "change_type": "upsert", "delta_version": 1}], table=FACT_SALES)
    with pytest.raises(WarehouseError, match="64 characters"):
        load(warehouse, [good, bad])
    assert not pending(warehouse)
    assert published(warehouse) == {}
    publish(warehouse, good)
    assert countries(warehouse) == {1: "Ireland"}


def test_other_rows_than_exported_are_refused(warehouse: Connection, lake: Lake) -> None:
    whole = lake.export([upsert(1, "Ireland")])
    short = Export(whole.table, whole.path, whole.mark, whole.snapshot, rows=2)
    with pytest.raises(WarehouseError, match=r"gold\.dim_country: 1 rows were loaded.*2 were exported"):
        load(warehouse, [short])
    assert not pending(warehouse)
    assert published(warehouse) == {}


def test_crash_between_load_and_merge_loses_nothing(warehouse: Connection, lake: Lake) -> None:
    load(warehouse, [lake.export([upsert(1, "Ireland")])])
    # The next run knows nothing of the one that died, and loads what came since.
    publish(warehouse, lake.export([upsert(2, "Spain", 2)], version=2))
    assert countries(warehouse) == {1: "Ireland", 2: "Spain"}


def test_daily_sales_with_a_key_of_four_columns(warehouse: Connection, lake: Lake) -> None:
    def day(country: str, net: str, change: str = "upsert") -> Change:
        key = {"order_date": date(2011, 1, 5), "country": country, "category": "Unknown", "currency": "GBP"}
        return {**key, "net_amount": Decimal(net), "change_type": change, "delta_version": 1}

    publish(warehouse, lake.export([day("France", "1.5000"), day("Spain", "2.5000")], table=DAILY_SALES))
    publish(warehouse, lake.export([day("Spain", "3.5000")], table=DAILY_SALES, snapshot=True))
    found = rows(warehouse, f"select COUNTRY, NET_AMOUNT::varchar from {target(DAILY_SALES)}")
    assert found == [("Spain", "3.5000")]


def test_failed_task_is_named_and_its_changes_stay(warehouse: Connection, lake: Lake) -> None:
    load(warehouse, [lake.export([upsert(1, "Ireland")])])
    warehouse.execute_string(
        """
        create or replace task SOFTCART.STAGING.MERGE_DIM_COUNTRY after SOFTCART.STAGING.MERGE_PUBLISHED
            as insert into SOFTCART.STAR.DIM_COUNTRY
               select COUNTRY_KEY / 0, COUNTRY from SOFTCART.STAGING.DIM_COUNTRY_CHANGES_STREAM;
        alter task SOFTCART.STAGING.MERGE_DIM_COUNTRY resume
        """
    )
    with pytest.raises(WarehouseError, match="MERGE_DIM_COUNTRY: Division by zero"):
        merge(warehouse, 30)
    assert pending(warehouse)
    assert countries(warehouse) == {}


def test_suspended_task_is_named_when_time_is_up(warehouse: Connection) -> None:
    warehouse.cursor().execute("alter task SOFTCART.STAGING.MERGE_FACT_SALES suspend")
    with pytest.raises(WarehouseError, match=r"suspended: .*MERGE_FACT_SALES"):
        merge(warehouse, 1)
