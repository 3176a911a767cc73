"""Real orders: UCI Online Retail gives the numbers of ACCEPTANCE.md, in the lake and in the warehouse."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lakehouse.balance import differences
from lakehouse.ledger import Entry, collect
from lakehouse.model import LEDGER, QUARANTINE
from lakehouse.warehouse.connect import connect, parse_target, rows

if TYPE_CHECKING:
    from tests.integration.conftest import Shop


@pytest.fixture(scope="module")
def uci(compiled_shop: Shop, uci_orders: Path) -> Shop:
    """All 541,909 lines, landing to warehouse, once."""
    compiled_shop.landing.symlink_to(uci_orders)
    compiled_shop.run()
    compiled_shop.publish()
    return compiled_shop


@pytest.fixture(scope="module")
def ledger(uci: Shop) -> list[Entry]:
    return collect(uci.lake.read(LEDGER))


def total(ledger: list[Entry], hop: str, *dispositions: str) -> tuple[int, Decimal]:
    chosen = [e for e in ledger if e.hop == hop and (not dispositions or e.disposition in dispositions)]
    return sum(e.rows for e in chosen), sum((e.amount for e in chosen if e.amount is not None), Decimal(0))


def test_ledger_tells_what_became_of_every_line(ledger: list[Entry]) -> None:
    assert differences(ledger, published=True) == []
    for hop in ("landing", "bronze", "silver"):
        assert total(ledger, hop) == (541_909, Decimal("9747747.9340"))
    assert total(ledger, "quarantine") == (2, Decimal("-22124.1200"))
    assert total(ledger, "silver", "duplicate") == (5_268, Decimal("21740.9800"))
    assert total(ledger, "silver", "quarantined") == (2, Decimal("-22124.1200"))
    assert total(ledger, "silver", "set_aside") == (2_511, Decimal("11062.0600"))
    assert total(ledger, "fact_sales") == (534_128, Decimal("9737069.0140"))
    assert total(ledger, "fact_sales", "return") == (9_251, Decimal("-893979.7300"))


def test_quarantined_lines_are_the_two_with_a_negative_price(uci: Shop) -> None:
    assert uci.rows(QUARANTINE, "reasons") == [(["negative_price"],), (["negative_price"],)]


def test_warehouse_answers_with_the_same_numbers(uci: Shop) -> None:
    connection = connect(parse_target(f"embedded:{uci.state.warehouse}"), read_only=True)
    try:
        fact = rows(connection, "select count(*), sum(NET_AMOUNT) from SOFTCART.STAR.FACT_SALES")
        months = rows(
            connection,
            "select d.YEAR, d.MONTH, sum(f.NET_AMOUNT) from SOFTCART.STAR.FACT_SALES f "
            "join SOFTCART.STAR.DIM_DATE d on d.DATE_KEY = f.DATE_KEY "
            "where d.YEAR = 2011 and d.MONTH between 9 and 11 group by 1, 2 order by 1, 2",
        )
        saturdays = rows(
            connection,
            "select count(*) from SOFTCART.STAR.FACT_SALES f "
            "join SOFTCART.STAR.DIM_DATE d on d.DATE_KEY = f.DATE_KEY where d.DAY_OF_WEEK = 6",
        )
    finally:
        connection.close()
    assert fact == [(534_128, Decimal("9737069.0140"))]
    assert months == [
        (2011, 9, Decimal("1017596.6820")), (2011, 10, Decimal("1069368.2300")), (2011, 11, Decimal("1456145.8000")),
    ]  # fmt: skip
    assert saturdays == [(0,)]
