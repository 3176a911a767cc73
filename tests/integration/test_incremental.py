"""A shop over several runs: each run rewrites what is touched, and nothing else."""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest
from pyarrow import parquet
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from lakehouse import quality
from lakehouse.caching import computed_once
from lakehouse.codegen import LARGE_TABLE
from lakehouse.jobs import build_dimensions, build_fact_sales, build_order_lines
from lakehouse.model import (
    DAILY_SALES,
    DIM_CUSTOMER,
    DIM_PRODUCT,
    DISPOSITIONS,
    FACT_SALES,
    FORECASTS,
    LANDING_FILES,
    ORDER_LINES,
    QUARANTINE,
    TABLES,
    Table,
)
from lakehouse.sources.mapping import load_mapping

if TYPE_CHECKING:
    from tests.integration.conftest import OpenShop, Shop


def line(number: int, day: int, **others: Any) -> dict[str, Any]:
    """One sale at noon UTC on a day of May, sent five minutes later."""
    product = {"id": "P1", "name": "Cup", "category": "Kitchen"} | others.pop("product", {})
    sale = {
        "line_id": f"L{number}",
        "order_id": f"O{number}",
        "updated_at": f"2024-05-{day:02d}T12:05:00.000Z",
        "ordered_at": f"2024-05-{day:02d}T12:00:00Z",
        "type": "sale",
        "deleted": False,
        "product": product,
        "customer": {"id": None},
        "country": "France",
        "quantity": 1,
        "unit_price": 10,
    }
    return sale | others


def packed(*records: dict[str, Any]) -> bytes:
    return gzip.compress("".join(json.dumps(record) + "\n" for record in records).encode())


def days(shop: Shop) -> dict[int, tuple[int, Decimal]]:
    """Lines and money of each day of May in daily_sales."""
    return {day.day: (lines, net) for day, lines, net in shop.rows(DAILY_SALES, "order_date", "lines", "net_amount")}


def lines_of(shop: Shop) -> dict[str, str]:
    """Order and disposition of each current line in silver."""
    return dict(shop.rows(ORDER_LINES, "order_id", "disposition", where="disposition <> 'superseded'"))


def products(shop: Shop) -> dict[str, tuple[int, str]]:
    """Key and category of the product version that each fact row points at, by order."""
    versions = dict(shop.rows(DIM_PRODUCT, "product_key", "category"))
    return {order: (key, versions[key]) for order, key in shop.rows(FACT_SALES, "order_id", "product_key")}


def test_table_that_somebody_removed_is_filled_whole_again(shop: Shop) -> None:
    shop.land("day-1.jsonl", line(1, 1), line(2, 2))
    shop.run()
    facts = shop.rows(FACT_SALES)
    shutil.rmtree(shop.lake.path(FACT_SALES).removeprefix("file://"))
    shop.land("day-3.jsonl", line(3, 3))
    shop.run()
    assert [fact for fact in shop.rows(FACT_SALES) if fact in facts] == facts
    assert days(shop) == {day: (1, Decimal(10)) for day in (1, 2, 3)}


def test_fact_that_was_built_before_the_dimensions_gets_its_keys_when_they_follow(shop: Shop) -> None:
    customer = {"customer": {"id": "C1"}}
    shop.land("day-1.jsonl", line(1, 1))
    shop.run()
    shop.land("day-2.jsonl", line(2, 2, **customer))
    shop.run("ingest_orders", "build_order_lines", "build_fact_sales")
    assert shop.rows(FACT_SALES, "order_id", "customer_key") == [("O1", -1), ("O2", -1)]
    shop.run("build_dimensions", "build_fact_sales")
    [(known,)] = shop.rows(DIM_CUSTOMER, "customer_key", where="customer_id = 'C1'")
    assert shop.rows(FACT_SALES, "order_id", "customer_key") == [("O1", -1), ("O2", known)]
    # In step from here on: the new customer's line is the one that has come.
    shop.land("day-3.jsonl", line(3, 3, customer={"id": "C2"}), line(4, 3, **customer, country="Spain"))
    assert shop.run()["gold.fact_sales"] == 2
    keys = {key for _, key in shop.rows(FACT_SALES, "order_id", "customer_key", where="order_date = '2024-05-03'")}
    assert keys == {key for (key,) in shop.rows(DIM_CUSTOMER, "customer_key")} - {known, -1}


def test_rows_lie_by_day_in_the_files_of_a_first_run(shop: Shop) -> None:
    shop.land("days.jsonl", *(line(number, number * 7 % 28 + 1) for number in range(1, 28)))
    shop.run("ingest_orders", "build_order_lines")
    for file in shop.lake.read(ORDER_LINES).inputFiles():
        found = parquet.read_table(file.removeprefix("file:"), columns=["order_date"])["order_date"].to_pylist()
        assert found == sorted(found)


WRITTEN = tuple(table for table in TABLES[:-2] if table not in FORECASTS)


@dataclass(frozen=True)
class Seen:
    """What the tables held after one run."""

    days: dict[int, tuple[int, Decimal]]
    lines: dict[str, str]
    products: dict[str, tuple[int, str]]
    statuses: list[tuple[str, str]]
    versions: dict[str, tuple[str, int]]
    written: dict[str, int]


def after_run(shop: Shop) -> Seen:
    written = shop.run()
    statuses = shop.rows(LANDING_FILES, "path", "status")
    return Seen(days(shop), lines_of(shop), products(shop), statuses, shop.versions(*WRITTEN), written)


@dataclass(frozen=True)
class Story:
    shop: Shop
    before: Seen
    after: Seen
    idle: Seen


@pytest.fixture(scope="module")
def story(open_shop: OpenShop, tmp_path_factory: pytest.TempPathFactory) -> Story:
    """One run; one more, before which all came late, changed, vanished or broke that may; and one with nothing new."""
    shop = open_shop(tmp_path_factory.mktemp("story"))
    gifts = {"category": "Gifts"}
    shop.land("day-02.jsonl", line(1, 2), line(2, 2, product={"id": "P2"}))
    shop.land("day-03.jsonl", line(3, 3))
    shop.land("day-09.jsonl", line(4, 9, product={"id": "P2"}), line(5, 9))
    shop.land("mistaken.jsonl", line(6, 10), line(7, 10, quantity=3))
    shop.land("vanishing.jsonl", line(8, 11))
    whole = packed(line(9, 12), line(10, 12))
    (shop.landing / "day-12.jsonl.gz").write_bytes(whole[:-12])
    before = after_run(shop)
    shop.land("late.jsonl", line(11, 2, unit_price=5), line(12, 5, product={"id": "P2"} | gifts))
    shop.land("deleted.jsonl", line(3, 3, deleted=True, updated_at="2024-05-20T00:00:00.000Z"))
    shop.land("mistaken.jsonl", line(6, 10, quantity=2), line(13, 10))
    (shop.landing / "vanishing.jsonl").unlink()
    (shop.landing / "day-12.jsonl.gz").write_bytes(whole)
    after = after_run(shop)
    return Story(shop, before, after, after_run(shop))


def test_late_file_corrects_its_old_date(story: Story) -> None:
    assert story.before.days[2] == (2, Decimal("20.0000"))
    assert story.after.days[2] == (3, Decimal("25.0000"))


def test_day_whose_only_sale_is_deleted_loses_its_row(story: Story) -> None:
    assert story.before.days[3] == (1, Decimal("10.0000"))
    assert 3 not in story.after.days
    assert story.after.lines["O3"] == "deleted"


def test_late_version_of_a_product_corrects_the_facts_behind_it(story: Story) -> None:
    before, after = story.before.products, story.after.products
    assert before["O2"] == before["O4"]
    # The product was in Gifts on day 5: its line of day 9 belongs to a third version, in Kitchen again.
    assert after["O2"] == before["O2"]
    assert after["O12"][1] == "Gifts"
    assert after["O4"][1] == "Kitchen"
    assert after["O4"][0] not in (before["O4"][0], after["O12"][0])
    assert after["O1"] == before["O1"]


def test_changed_file_replaces_its_rows(story: Story) -> None:
    assert story.before.days[10] == (2, Decimal("40.0000"))
    assert story.after.days[10] == (2, Decimal("30.0000"))
    assert "O7" not in story.after.lines
    assert ("mistaken.jsonl", "replaced") in story.after.statuses


def test_vanished_file_keeps_its_rows(story: Story) -> None:
    assert story.after.days[11] == story.before.days[11] == (1, Decimal("10.0000"))
    assert ("vanishing.jsonl", "loaded") in story.after.statuses


def test_truncated_file_is_set_aside_while_the_rest_loads_and_is_read_when_whole(story: Story) -> None:
    assert ("day-12.jsonl.gz", "set_aside") in story.before.statuses
    assert 12 not in story.before.days
    assert story.after.days[12] == (2, Decimal("20.0000"))


def test_run_with_nothing_new_makes_no_version_of_any_table(story: Story) -> None:
    assert story.idle.versions == story.after.versions
    assert not any(story.idle.written.values())


def test_only_what_is_touched_is_rewritten(story: Story) -> None:
    # Days 2, 5 and 12 gain a row or change one, 3 loses one, 10 changes; 9 and 11 are left alone.
    assert story.after.written["gold.daily_sales"] == 5
    feed = story.shop.lake.changes(
        DAILY_SALES, story.before.versions["gold.daily_sales"][1], story.after.versions["gold.daily_sales"][1]
    )
    assert {row["order_date"].day for row in feed.collect()} == {2, 3, 5, 10, 12}


def test_changed_mapping_rebuilds_silver_with_the_same_line_ids(shop: Shop, tmp_path: Path) -> None:
    mapping = tmp_path / "my_shop.toml"
    mapping.write_text(MY_SHOP)
    shop.source = str(mapping)
    lines = ("1,A,1,9.50,2024-05-01", "2,A,-1,4.00,2024-05-02", "3,B,x,1,2024-05-02")
    shop.land("orders.csv", "order,sku,qty,price,at", *lines)
    shop.run("ingest_orders", "build_order_lines")
    before = shop.rows(DISPOSITIONS, "line_number", "line_id")
    assert shop.rows(QUARANTINE, "line_number", "reasons") == [(3, ["wrong_sign"]), (4, ["invalid_quantity"])]
    mapping.write_text(MY_SHOP.replace("\"'sale'\"", "\"IF(qty LIKE '-%', 'return', 'sale')\""))
    shop.run("ingest_orders", "build_order_lines")
    assert shop.rows(DISPOSITIONS, "line_number", "line_id") == before
    assert shop.rows(ORDER_LINES, "order_id", "line_type") == [("1", "sale"), ("2", "return")]
    assert shop.rows(QUARANTINE, "line_number", "reasons") == [(4, ["invalid_quantity"])]
    assert shop.rows(QUARANTINE, "mapping_hash") == [(load_mapping(shop.source).hash,)]


def test_rule_that_was_mended_in_the_code_counts_from_retry_quarantine_on(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.land("day-01.jsonl", line(1, 1), line(2, 1, quantity=-1))
    shop.run("ingest_orders", "build_order_lines")
    kept = tuple(rule for rule in quality.LINE_RULES if rule.name != "wrong_sign")
    monkeypatch.setattr(quality, "LINE_RULES", kept)
    shop.run("build_order_lines")
    assert lines_of(shop) == {"O1": "fact"}
    shop.run("build_order_lines", retry_quarantine=True)
    assert lines_of(shop) == {"O1": "fact", "O2": "fact"}
    assert shop.rows(QUARANTINE) == []


MY_SHOP = """
currency = "EUR"
timezone = "UTC"
[format]
timestamp_format = "yyyy-MM-dd"
[fields]
order = "order"
sku = "sku"
qty = "qty"
price = "price"
at = "at"
[columns]
order_id = "order"
product_id = "sku"
quantity = "qty"
unit_price = "price"
order_ts = "at"
line_type = "'sale'"
"""


def test_tables_too_large_to_be_interpreted_come_to_the_same(open_shop: OpenShop, tmp_path: Path) -> None:
    """As in a session of little that is new to a large history: reads through tables and MERGE are compiled."""
    usual, large = open_shop(tmp_path / "usual"), open_shop(tmp_path / "large")
    known = line(1, 1, customer={"id": "C1"}), line(2, 2, product={"id": "P2"}), line(3, 2, quantity="many")
    usual.land("day-1.jsonl", *known)
    usual.run()
    usual.land("day-3.jsonl", line(4, 1, product={"name": "Mug"}), line(2, 2, deleted=True) | LATER, line(5, 3))
    shutil.copytree(usual.folder, large.folder)
    usual.run(retry_quarantine=True)
    with every_table_large(large.spark) as compiled_in:
        large.run(retry_quarantine=True)
    assert compiled_in == {build_order_lines, build_dimensions, build_fact_sales}
    for table in (DISPOSITIONS, ORDER_LINES, QUARANTINE, DIM_PRODUCT, DIM_CUSTOMER, FACT_SALES, DAILY_SALES):
        assert large.rows(table) == usual.rows(table)


LATER = {"updated_at": "2024-05-04T12:05:00.000Z"}


@contextmanager
def every_table_large(spark: SparkSession) -> Iterator[set[ModuleType]]:
    """Yields the jobs' modules in which rows were computed by generated code."""
    compiled_in = set()

    def noted(module: ModuleType, rows: DataFrame) -> DataFrame:
        if spark.conf.get("spark.sql.codegen.wholeStage") == "true":
            compiled_in.add(module)
        return computed_once(rows)

    with pytest.MonkeyPatch.context() as patched:
        for module in (build_order_lines, build_dimensions, build_fact_sales):
            patched.setattr(module, "computed_once", partial(noted, module))
            patched.setattr(module, "ROWS_WORTH_CODE", 1, raising=False)
        spark.conf.set(LARGE_TABLE, "0")
        try:
            yield compiled_in
        finally:
            spark.conf.set(LARGE_TABLE, "none")


def test_file_of_a_first_load_holds_adjacent_days(shop: Shop) -> None:
    """A change to one of them then rewrites no others."""
    cut = "spark.sql.files.maxRecordsPerFile"
    before = shop.spark.conf.get(cut, "0")
    shop.land("days.jsonl", *(line(number, 1 + number * 5 % 6) for number in range(6)))
    shop.spark.conf.set(cut, "2")
    try:
        shop.run("ingest_orders", "build_order_lines")
        assert days_by_file(shop, DISPOSITIONS) == days_by_file(shop, ORDER_LINES) == [[1, 2], [3, 4], [5, 6]]
        shop.run("build_dimensions")
        mixed = shop.lake.read(ORDER_LINES).orderBy("line_id").coalesce(1)
        one_file = mixed.write.format("delta").mode("overwrite").option("maxRecordsPerFile", 0)
        one_file.save(shop.lake.path(ORDER_LINES))  # each task that reads sorts what is its own
        assert days_by_file(shop, ORDER_LINES) == [[1, 2, 3, 4, 5, 6]]
        shop.run("build_fact_sales")
        assert days_by_file(shop, FACT_SALES) == [[1, 2], [3, 4], [5, 6]]
    finally:
        shop.spark.conf.set(cut, str(before))


def days_by_file(shop: Shop, table: Table) -> list[list[int]]:
    """The days of May that each file of the table holds."""
    placed = shop.lake.read(table).groupBy("_metadata.file_name").agg(F.sort_array(F.collect_set(F.day("order_date"))))
    return sorted(days for _, days in placed.collect())
