"""Publishing: the warehouse gets what it lacks, once; and nothing while a hold is open or the ledger differs."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame

from lakehouse.errors import HeldError, LedgerError
from lakehouse.jobs.run_log import Feed
from lakehouse.ledger import Entry, collect, lake_entries
from lakehouse.model import (
    DAILY_SALES,
    DIM_COUNTRY,
    DIM_CUSTOMER,
    FACT_SALES,
    HOLDS,
    LEDGER,
    ORDER_LINES,
    ORDER_LINES_RAW,
    PUBLISHED,
    QUARANTINE,
    Table,
)
from lakehouse.warehouse.connect import connect, parse_target, rows
from lakehouse.warehouse.load import published

if TYPE_CHECKING:
    from tests.integration.conftest import OpenShop, Shop

EVERYTHING = {table.name for table in PUBLISHED}


def sale(number: int, day: int = 1, **others: Any) -> dict[str, Any]:
    return {
        "line_id": f"L{number}", "order_id": f"O{number}", "updated_at": f"2024-05-{day:02d}T12:05:00.000Z",
        "ordered_at": f"2024-05-{day:02d}T12:00:00Z", "type": "sale", "deleted": False,
        "product": {"id": "P1", "name": "Cup", "category": "Kitchen"}, "customer": {"id": "C1"},
        "country": "France", "quantity": 1, "unit_price": 10,
    } | others  # fmt: skip


def ask(shop: Shop, sql: str) -> list[tuple[Any, ...]]:
    connection = connect(parse_target(f"embedded:{shop.state.warehouse}"), read_only=True)
    try:
        return rows(connection, sql)
    finally:
        connection.close()


def orders(shop: Shop) -> list[str]:
    return [order for (order,) in ask(shop, "select ORDER_ID from SOFTCART.STAR.FACT_SALES order by 1")]


def versions(shop: Shop) -> dict[str, tuple[str, int]]:
    """Delta table and version of each table that the warehouse has on record."""
    connection = connect(parse_target(f"embedded:{shop.state.warehouse}"), read_only=True)
    try:
        return {name: (mark.delta_table_id, mark.delta_version) for name, mark in published(connection).items()}
    finally:
        connection.close()


def copied(shop: Shop, open_shop: OpenShop, folder: Path) -> Shop:
    copy = open_shop(folder / "shop")
    shutil.copytree(shop.folder, copy.folder)
    copy.runs = shop.runs
    return copy


@pytest.fixture
def published_shop(published_once: Shop, open_shop: OpenShop, tmp_path: Path) -> Shop:
    """A shop of three published orders, for this test alone."""
    return copied(published_once, open_shop, tmp_path)


@pytest.fixture
def ready_shop(ready_once: Shop, open_shop: OpenShop, tmp_path: Path) -> Shop:
    """The same after a second publication, and after a run whose one order is not published yet."""
    return copied(ready_once, open_shop, tmp_path)


@pytest.fixture(scope="module")
def published_once(open_shop: OpenShop, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    shop = open_shop(tmp_path_factory.mktemp("published") / "shop")
    shop.land("first.jsonl", sale(1), sale(2, day=2))
    shop.land("second.jsonl", sale(3, day=3, country="Spain", customer={"id": "C2"}))
    shop.run()
    shop.publish()
    return shop


@pytest.fixture(scope="module")
def ready_once(published_once: Shop, open_shop: OpenShop, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    shop = copied(published_once, open_shop, tmp_path_factory.mktemp("ready"))
    shop.land("bad.jsonl", sale(5, day=2, quantity="many"))
    shop.run()
    shop.publish(accept_quarantine=True)
    shop.land("third.jsonl", sale(4, day=3))
    shop.run()
    return shop


def test_first_publication_loads_every_table_and_marks_its_version(published_once: Shop) -> None:
    assert orders(published_once) == ["O1", "O2", "O3"]
    assert versions(published_once) == published_once.versions(*PUBLISHED)
    assert ask(published_once, "select sum(LINES), sum(NET_AMOUNT) from SOFTCART.MARTS.DAILY_SALES") == [(3, 30)]


def test_second_publication_sends_only_what_changed(published_shop: Shop) -> None:
    shop = published_shop
    shop.land("third.jsonl", sale(2, day=2, deleted=True, updated_at="2024-05-09T00:00:00.000Z"), sale(4, day=3))
    shop.run()
    assert shop.publish() == {"gold.fact_sales": 2, "gold.daily_sales": 2}
    assert orders(shop) == ["O1", "O3", "O4"]
    assert versions(shop) == shop.versions(*PUBLISHED)
    assert shop.publish() == {}


def test_lost_warehouse_is_filled_again_from_a_snapshot(published_shop: Shop) -> None:
    published_shop.state.warehouse.unlink()
    assert set(published_shop.publish()) == EVERYTHING
    assert orders(published_shop) == ["O1", "O2", "O3"]


def test_rebuilt_lake_replaces_what_the_warehouse_has_and_deletes_what_it_lacks(published_shop: Shop) -> None:
    shop = published_shop
    shutil.rmtree(shop.state.lake)
    (shop.landing / "second.jsonl").unlink()
    shop.run()
    assert set(shop.publish()) == EVERYTHING
    assert orders(shop) == ["O1", "O2"]
    assert ask(shop, "select COUNTRY from SOFTCART.STAR.DIM_COUNTRY where COUNTRY is not null") == [("France",)]
    for table in (FACT_SALES, DAILY_SALES, DIM_COUNTRY, DIM_CUSTOMER):
        schema, name = ("MARTS" if table is DAILY_SALES else "STAR"), table.name.removeprefix("gold.")
        assert ask(shop, f"select count(*) from SOFTCART.{schema}.{name}") == [(len(shop.rows(table)),)]


def test_quarantine_above_the_limit_holds_this_and_later_runs_until_accepted(published_shop: Shop) -> None:
    shop = published_shop
    shop.land("bad.jsonl", sale(5), sale(6, quantity=-1))
    shop.run()
    for _ in range(2):
        with pytest.raises(HeldError, match=r"1 of 5 rows \(20\.0%\) of all rows so far .* rule wrong_sign"):
            shop.publish()
    assert orders(shop) == ["O1", "O2", "O3"]
    assert shop.rows(HOLDS, "status", "rule") == [("open", "wrong_sign")]
    shop.publish(accept_quarantine=True)
    assert orders(shop) == ["O1", "O2", "O3", "O5"]
    assert shop.rows(HOLDS, "status", "accepted") == [("accepted", 1)]


def test_hold_ends_when_the_rows_are_mended(published_shop: Shop) -> None:
    shop = published_shop
    silver_jobs = ("ingest_orders", "build_order_lines")
    shop.land("bad.jsonl", sale(5, quantity="one"))
    shop.run(*silver_jobs)
    with pytest.raises(HeldError, match="invalid_quantity"):
        shop.publish()
    shop.land("bad.jsonl")
    shop.run(*silver_jobs)
    shop.publish()
    assert shop.rows(HOLDS, "status") == [("mended",)]


def test_fact_that_disagrees_with_silver_is_not_published(published_shop: Shop) -> None:
    shop = published_shop
    shop.lake.update(FACT_SALES, "net_amount = net_amount + 0.01", "order_id = 'O2'")
    difference = r"order_lines and fact_sales differ on 2024-05-02: 1 rows against 1 and 10\.0000 against 10\.0100 USD"
    with pytest.raises(LedgerError, match=difference):
        shop.publish()
    assert ask(shop, "select sum(NET_AMOUNT) from SOFTCART.STAR.FACT_SALES") == [(30,)]


def test_fact_table_that_lost_every_row_is_not_published(published_shop: Shop) -> None:
    shop = published_shop
    shop.lake.delete(FACT_SALES, "true")
    with pytest.raises(LedgerError, match="order_lines and fact_sales differ on 2024-05-01: 1 rows against 0"):
        shop.publish()
    assert orders(shop) == ["O1", "O2", "O3"]


def test_ledger_of_a_later_run_is_what_adding_up_every_row_gives(published_shop: Shop) -> None:
    shop = published_shop
    shop.land("bad.jsonl", sale(5, day=4, quantity="many"), sale(6, ordered_at="some day"))
    shop.land("second.jsonl", sale(3, day=4, country="Spain"), sale(7, day=3))
    shop.land("third.jsonl", sale(2, day=2, deleted=True, updated_at="2024-05-09T00:00:00.000Z"), sale(8, day=5))
    shop.run()
    shop.publish(accept_quarantine=True)
    assert of_lake(shop) == set(lake_entries(shop.lake))
    # Nothing has come or gone on the first day.
    assert {entry.order_date.day for entry in of_lake(shop) if entry.order_date} == {1, 2, 3, 4, 5}


def of_lake(shop: Shop) -> set[Entry]:
    return {entry for entry in collect(shop.lake.read(LEDGER)) if entry.hop not in ("star", "marts")}


@pytest.mark.parametrize(
    ("table", "condition", "told"),
    [
        (ORDER_LINES_RAW, "file = 'second.jsonl'", "landing and bronze differ on 2024-05-03: 2 rows against 1"),
        (ORDER_LINES, "order_id = 'O1'", "silver and order_lines differ on 2024-05-01: 1 rows against 0"),
        (QUARANTINE, "true", r"silver \(quarantined\) and quarantine differ on 2024-05-02: 1 rows against 0"),
    ],
    ids=["bronze", "silver", "quarantine"],
)
def test_rows_taken_out_by_hand_are_missed_on_a_day_that_nothing_else_has_changed(
    ready_shop: Shop, table: Table, condition: str, told: str
) -> None:
    ready_shop.lake.delete(table, condition)
    with pytest.raises(LedgerError, match=told):
        ready_shop.publish()


def test_ledger_that_lost_days_is_made_whole_again(ready_shop: Shop) -> None:
    ready_shop.lake.delete(LEDGER, "order_date = '2024-05-01'")
    ready_shop.publish()
    assert of_lake(ready_shop) == set(lake_entries(ready_shop.lake))


def test_changes_that_delta_no_longer_has_are_not_needed_for_the_ledger(
    ready_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cleaned_up(feed: Feed) -> DataFrame:
        raise AnalysisException("The log has been truncated")

    with monkeypatch.context() as patched:
        patched.setattr(Feed, "changes", cleaned_up)
        ready_shop.publish()
    assert of_lake(ready_shop) == set(lake_entries(ready_shop.lake))


def test_ledger_in_the_lake_holds_every_hop_of_what_is_published(published_once: Shop) -> None:
    hops = {hop for (hop,) in published_once.rows(LEDGER, "hop")}
    assert hops == {
        "landing", "bronze", "silver", "order_lines", "fact_sales", "daily_sales", "star", "marts",
    }  # fmt: skip
