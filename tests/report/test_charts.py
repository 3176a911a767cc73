"""What the charts show: figures that a reader can add up by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from lakehouse.report.data import Report
from lakehouse.report.flow import ledger_flow
from lakehouse.report.sales import Share
from lakehouse.report.sales_charts import by_part, weekly_means
from lakehouse.report.text import exact, money, percent, short
from tests.report.shop import period, values


def test_days_without_a_line_count_as_zero_in_the_weekly_mean() -> None:
    means = weekly_means([period(date(2024, 1, 1), 70), period(date(2024, 1, 7), 70), period(date(2024, 1, 8), 7)])
    assert means == {date(2024, 1, 1): 70, date(2024, 1, 7): 20, date(2024, 1, 8): 11}


def test_small_countries_are_one_bar_and_their_money_is_kept() -> None:
    parts = [Share(f"country {n}", Decimal(10), Decimal(0), Decimal(10)) for n in range(14)]
    figure = by_part("country", "Net sales by country", parts, "EUR")
    last = values(figure.spec)[-1]
    assert (last["name"], last["value"]) == ("2 more", 20)
    assert len(figure.rows) == 14


def test_shares_are_left_out_where_sales_come_to_nothing() -> None:
    parts = [Share("A", Decimal(5), Decimal(0), Decimal(5)), Share("B", Decimal(0), Decimal(-5), Decimal(-5))]
    assert [row[-1] for row in by_part("country", "Net sales by country", parts, "EUR").rows] == ["-", "-"]


def test_flow_starts_as_wide_as_all_that_landed_and_loses_no_line(report: Report) -> None:
    flow = ledger_flow(report)
    bands = values(flow.spec)
    starts = {band["band"]: band for band in reversed(bands) if band["x"] == 0}
    assert {name: band["lines"] for name, band in starts.items()} == {"fact": 90, "duplicate": 7, "quarantined": 3}
    assert sum(band["bottom"] - band["top"] for band in starts.values()) == pytest.approx(1)
    assert flow.summary == "100 lines landed: 90 in the fact, 7 duplicates, 3 quarantined."


def test_a_single_refused_line_of_millions_is_still_seen(report: Report) -> None:
    entries = [e._replace(rows=10**7) if e.hop == "landing" or e.disposition == "fact" else e for e in report.ledger]
    bands = values(ledger_flow(replace(report, ledger=entries)).spec)
    thin = next(band for band in bands if band["band"] == "quarantined")
    assert thin["bottom"] - thin["top"] > 0.005


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (money(Decimal("999.5"), "EUR"), "999.50 EUR"),
        (money(Decimal("-12345.6")), "-12,346"),
        (short(Decimal("1234567")), "1.23 M"),
        (short(Decimal("-45600")), "-45.6 k"),
        (short(Decimal("999999")), "1.00 M"),
        (short(Decimal("12")), "12.0"),
        (percent(0.0244), "2.4 %"),
        (percent(2 / 541_909), "< 0.1 %"),
        (percent(0), "0.0 %"),
        (percent(None), "-"),
        (exact(None), "-"),
    ],
)
def test_numbers_read_well(shown: str, expected: str) -> None:
    assert shown == expected
