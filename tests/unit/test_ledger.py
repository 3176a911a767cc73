"""Whether hops agree, and how a difference is told."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from lakehouse.balance import differences, require_balance
from lakehouse.errors import LedgerError
from lakehouse.ledger import Entry

MAY_1, MAY_2 = date(2024, 5, 1), date(2024, 5, 2)


def entry(hop: str, rows: int, amount: str | None = None, day: date | None = None, kind: str = "fact") -> Entry:
    return Entry("shop", "EUR" if day else None, day, hop, kind, rows, 0, Decimal(amount) if amount else None)


def landed(hop: str) -> list[Entry]:
    return [
        entry(hop, 1, kind="landed"), entry(hop, 3, "30", MAY_1, "landed"), entry(hop, 2, "17", MAY_2, "landed"),
    ]  # fmt: skip


def balanced() -> dict[str, list[Entry]]:
    """Six landed rows, one of them quarantined and one set aside, over two days."""
    return {
        "landing": landed("landing"),
        "bronze": landed("bronze"),
        "silver": [
            entry("silver", 1, kind="quarantined"),
            entry("silver", 3, "30", MAY_1),
            entry("silver", 1, "10", MAY_2),
            entry("silver", 1, "7", MAY_2, "set_aside"),
        ],
        "quarantine": [entry("quarantine", 1, kind="quarantined")],
        "order_lines": [
            entry("order_lines", 3, "30", MAY_1),
            entry("order_lines", 1, "10", MAY_2),
            entry("order_lines", 1, "7", MAY_2, "set_aside"),
        ],
        "fact_sales": [
            entry("fact_sales", 2, "40", MAY_1, "sale"),
            entry("fact_sales", 1, "-10", MAY_1, "return"),
            entry("fact_sales", 1, "10", MAY_2, "sale"),
        ],
        "daily_sales": [entry("daily_sales", 3, "30", MAY_1, "net"), entry("daily_sales", 1, "10", MAY_2, "net")],
        "star": [entry("star", 3, "30", MAY_1, "sale"), entry("star", 1, "10", MAY_2, "sale")],
        "marts": [entry("marts", 3, "30", MAY_1, "net"), entry("marts", 1, "10", MAY_2, "net")],
    }


def told(hops: dict[str, list[Entry]], *, published: bool = True) -> list[str]:
    every = [one for entries in hops.values() for one in entries]
    return [str(difference) for difference in differences(every, published=published)]


def test_hops_that_hold_the_same_rows_and_money_balance() -> None:
    assert told(balanced()) == []


def test_row_lost_between_landing_and_bronze_is_told() -> None:
    assert told(balanced() | {"bronze": landed("bronze")[1:]}) == [
        "landing and bronze differ: 1 rows against 0",
        "bronze and silver differ: 0 rows against 1",
    ]


def test_money_that_bronze_does_not_have_is_told() -> None:
    less = [*landed("bronze")[:2], entry("bronze", 2, "16", MAY_2, "landed")]
    assert told(balanced() | {"bronze": less}) == [
        "landing and bronze differ on 2024-05-02: 2 rows against 2 and 17 against 16 EUR",
        "bronze and silver differ on 2024-05-02: 2 rows against 2 and 16 against 17 EUR",
    ]


def test_quarantined_row_that_the_quarantine_lacks_is_told() -> None:
    assert told(balanced() | {"quarantine": []}) == ["silver (quarantined) and quarantine differ: 1 rows against 0"]


def test_row_set_aside_that_silver_does_not_keep_is_told() -> None:
    lines = [one for one in balanced()["order_lines"] if one.disposition == "fact"]
    assert told(balanced() | {"order_lines": lines}) == [
        "silver (set_aside) and order_lines differ on 2024-05-02: 1 rows against 0 and 7 against 0 EUR"
    ]


def test_difference_names_the_hops_the_day_and_the_money() -> None:
    daily = [entry("daily_sales", 3, "30", MAY_1, "net"), entry("daily_sales", 1, "10.01", MAY_2, "net")]
    assert told(balanced() | {"daily_sales": daily}) == [
        "fact_sales and daily_sales differ on 2024-05-02: 1 rows against 1 and 10 against 10.01 EUR",
        "daily_sales and star differ on 2024-05-02: 1 rows against 1 and 10.01 against 10 EUR",
    ]


@pytest.mark.parametrize("hop", ["order_lines", "fact_sales", "daily_sales", "star", "marts"])
def test_hop_that_has_lost_every_row_is_told(hop: str) -> None:
    found = told(balanced() | {hop: []})
    assert len(found) == {"marts": 2, "order_lines": 5}.get(hop, 4)
    assert all(hop in line and ("0 rows against" in line or "rows against 0" in line) for line in found)


def test_warehouse_is_not_missed_before_it_is_published() -> None:
    assert told(balanced() | {"star": [], "marts": []}, published=False) == []


def test_currencies_are_held_apart() -> None:
    pounds = Entry("shop", "GBP", MAY_2, "marts", "net", 1, 0, Decimal(10))
    found = told(balanced() | {"marts": [entry("marts", 3, "30", MAY_1, "net"), pounds]})
    assert found == [
        "star and marts differ on 2024-05-02: 1 rows against 0 and 10 against 0 EUR",
        "star and marts differ on 2024-05-02: 0 rows against 1 and 0 against 10 GBP",
    ]


def test_ledger_that_does_not_balance_stops_the_run_and_names_the_way_out() -> None:
    entries = [one for part in (balanced() | {"fact_sales": []}).values() for one in part]
    with pytest.raises(LedgerError, match=r"order_lines and fact_sales differ on 2024-05-01.*(?s:.*)--full-refresh"):
        require_balance(entries, published=True)
