"""Runs that end in the middle: the next one comes to the same tables."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pyspark.sql import DataFrame, SparkSession

from lakehouse import quality
from lakehouse.delta import Lake, Written
from lakehouse.errors import LandingError
from lakehouse.jobs import ingest_orders
from lakehouse.model import DISPOSITIONS, LANDING_FILES, ORDER_LINES, ORDER_LINES_RAW, QUARANTINE, Table
from lakehouse.sources.mapping import Mapping
from lakehouse.sources.plan import FileEntry
from lakehouse.sources.read import read_records
from lakehouse.sources.storage import Storage
from tests.integration.test_incremental import MY_SHOP

if TYPE_CHECKING:
    from tests.integration.conftest import Shop

SILVER_JOBS = ("ingest_orders", "build_order_lines")


class Killed(BaseException):
    """What a test ends a run with."""


def sale(number: int, **others: Any) -> dict[str, Any]:
    times = {"updated_at": "2024-05-01T12:05:00.000Z", "ordered_at": "2024-05-01T12:00:00Z"}
    return {
        "line_id": f"L{number}", "order_id": f"O{number}", **times, "type": "sale", "deleted": False,
        "product": {"id": "P1"}, "quantity": 1, "unit_price": 10,
    } | others  # fmt: skip


def orders(shop: Shop) -> list[tuple[str, ...]]:
    return shop.rows(ORDER_LINES, "order_id", "disposition")


def write_only(patched: pytest.MonkeyPatch, written: Table) -> None:
    """From here on a run dies at every table but one."""
    reconcile = Lake.reconcile

    def one_table(lake: Lake, table: Table, *given: Any) -> Written:
        if table is not written:
            raise Killed
        return reconcile(lake, table, *given)

    patched.setattr(Lake, "reconcile", one_table)


def test_line_that_left_a_file_leaves_silver_also_when_the_run_died_between_two_tables(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.land("orders.jsonl", sale(1), sale(2), sale(3, quantity="x"))
    shop.run(*SILVER_JOBS)
    shop.land("orders.jsonl", sale(1))
    with monkeypatch.context() as patched:
        write_only(patched, DISPOSITIONS)
        with pytest.raises(Killed):
            shop.run(*SILVER_JOBS)
    assert shop.rows(DISPOSITIONS, "line_number") == [(1,)]
    shop.run(*SILVER_JOBS)
    assert orders(shop) == [("O1", "fact")]
    assert shop.rows(QUARANTINE) == []


def test_mapping_that_is_put_back_after_a_run_with_another_died_counts_for_every_line(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mapping = tmp_path / "my_shop.toml"
    mapping.write_text(MY_SHOP)
    shop.source = str(mapping)
    shop.land("orders.csv", "order,sku,qty,price,at", "1,A,1,9.50,2024-05-01", "2,A,-1,4.00,2024-05-02")
    shop.run(*SILVER_JOBS)
    before = shop.rows(ORDER_LINES)
    mapping.write_text(MY_SHOP.replace("\"'sale'\"", "\"IF(qty LIKE '-%', 'return', 'sale')\""))
    with monkeypatch.context() as patched:
        write_only(patched, ORDER_LINES)
        with pytest.raises(Killed):
            shop.run(*SILVER_JOBS)
    assert shop.rows(ORDER_LINES) != before
    mapping.write_text(MY_SHOP)
    shop.run(*SILVER_JOBS)
    assert shop.rows(ORDER_LINES) == before


@pytest.mark.parametrize("written", [ORDER_LINES, QUARANTINE], ids=lambda table: table.name)
def test_retry_that_died_is_done_by_the_next_retry(shop: Shop, monkeypatch: pytest.MonkeyPatch, written: Table) -> None:
    shop.land("orders.jsonl", sale(1), sale(2, quantity=-1))
    shop.run(*SILVER_JOBS)
    monkeypatch.setattr(quality, "LINE_RULES", tuple(r for r in quality.LINE_RULES if r.name != "wrong_sign"))
    with monkeypatch.context() as patched:
        write_only(patched, written)
        with pytest.raises(Killed):
            shop.run("build_order_lines", retry_quarantine=True)
    shop.run("build_order_lines", retry_quarantine=True)
    assert orders(shop) == [("O1", "fact"), ("O2", "fact")]
    assert shop.rows(QUARANTINE) == []


def test_file_that_grows_while_it_is_read_is_told_and_loaded_whole_by_the_next_run(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = shop.land("orders.jsonl", sale(1))
    read = read_records

    def while_it_grows(spark: SparkSession, landing: Storage, plan: Sequence[FileEntry], mapping: Mapping) -> DataFrame:
        shop.land("orders.jsonl", sale(1), sale(2))
        return read(spark, landing, plan, mapping)

    with monkeypatch.context() as patched:
        patched.setattr(ingest_orders, "read_records", while_it_grows)
        with pytest.raises(LandingError, match="changed while they were read: orders"):
            shop.run("ingest_orders")
    assert shop.rows(ORDER_LINES_RAW) == []
    shop.run("ingest_orders")
    assert shop.rows(ORDER_LINES_RAW, "file", "line_number") == [(path.name, 1), (path.name, 2)]
    assert {status for (status,) in shop.rows(LANDING_FILES, "status")} == {"replaced", "loaded"}


@pytest.mark.parametrize("step", ["append_once", "_settle"])
def test_batch_of_a_killed_run_is_loaded_once(shop: Shop, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    shop.land("orders.jsonl", sale(1), sale(2))

    def killed(*arguments: Any) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(Lake if step == "append_once" else ingest_orders, step, killed)
        with pytest.raises(Killed):
            shop.run("ingest_orders")
    shop.land("more.jsonl", sale(3))
    shop.run("ingest_orders")
    assert shop.rows(ORDER_LINES_RAW, "file", "line_number") == [
        ("more.jsonl", 1), ("orders.jsonl", 1), ("orders.jsonl", 2),
    ]  # fmt: skip
    assert shop.rows(LANDING_FILES, "path", where="status = 'loaded'") == [("more.jsonl",), ("orders.jsonl",)]


def test_empty_batch_of_a_killed_run_hides_no_later_rows(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.land("orders.jsonl")

    def killed(*arguments: Any) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(ingest_orders, "_settle", killed)
        with pytest.raises(Killed):
            shop.run("ingest_orders")
    shop.land("more.jsonl", sale(1))
    shop.run("ingest_orders")
    assert shop.rows(ORDER_LINES_RAW, "file") == [("more.jsonl",)]
