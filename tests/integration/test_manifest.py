"""The generator knows what every row comes to; the tables must come to the same, to the row and the cent."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lakehouse.balance import differences
from lakehouse.generator import Manifest, Tally, generate
from lakehouse.jobs.publish_to_warehouse import warehouse_entries
from lakehouse.ledger import Entry, lake_entries
from lakehouse.model import FACT_SALES, QUARANTINE
from lakehouse.warehouse.connect import connect, parse_target

if TYPE_CHECKING:
    from tests.integration.conftest import OpenShop, Shop

HOPS = ("landing", "bronze", "silver", "quarantine", "fact_sales")


def tally(entries: list[Entry]) -> Tally:
    amount = sum((entry.amount for entry in entries if entry.amount is not None), Decimal("0.0000"))
    return Tally(sum(e.rows for e in entries), str(amount), sum(e.rows_without_amount for e in entries))


def by_disposition(entries: list[Entry]) -> dict[str, Tally]:
    names = {entry.disposition for entry in entries}
    return {name: tally([entry for entry in entries if entry.disposition == name]) for name in names}


def reasons(shop: Shop) -> dict[str, int]:
    return Counter(reason for (found,) in shop.rows(QUARANTINE, "reasons") for reason in found)


def published(shop: Shop) -> list[Entry]:
    shop.publish()
    connection = connect(parse_target(f"embedded:{shop.state.warehouse}"), read_only=True)
    try:
        return warehouse_entries(connection, shop.source)
    finally:
        connection.close()


@pytest.mark.parametrize(("seed", "changes", "to_warehouse"), [(11, False, False), (12, True, False), (13, True, True)])
def test_ledger_equals_the_manifest(
    open_shop: OpenShop, tmp_path: Path, seed: int, changes: bool, to_warehouse: bool
) -> None:
    shop = open_shop(tmp_path)
    expected: Manifest = generate(shop.landing, lines=2_500, days=60, seed=seed, changes=changes)
    shop.run()
    entries = lake_entries(shop.lake)
    hops = {hop: [entry for entry in entries if entry.hop == hop] for hop in HOPS}
    assert differences(entries, published=False) == []
    assert expected.landed.rows == 2_500
    assert [tally(hops[hop]) for hop in ("landing", "bronze", "silver")] == [expected.landed] * 3
    assert tally(hops["quarantine"]) == expected.dispositions["quarantined"]
    assert by_disposition(hops["silver"]) == {name: t for name, t in expected.dispositions.items() if t.rows}
    assert reasons(shop) == {reason: rows for reason, rows in expected.quarantined_by_reason.items() if rows}
    assert by_disposition(hops["fact_sales"])["return"] == expected.returns
    distinct = shop.lake.read(FACT_SALES).selectExpr("count(DISTINCT order_id)", "min(order_date)", "max(order_date)")
    assert [str(value) for value in distinct.collect()[0]] == [
        str(expected.orders), expected.first_business_date, expected.last_business_date,
    ]  # fmt: skip
    if to_warehouse:
        star = [entry for entry in published(shop) if entry.hop == "star"]
        assert tally(star) == expected.dispositions["fact"]
