"""What the page must never do: run what users sent, ask the network, add up currencies, fall over what is missing."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from lakehouse.balance import Difference
from lakehouse.report.data import Report
from lakehouse.report.page import render, script, write_page
from tests.report.shop import HARM


@pytest.fixture
def page(report: Report) -> str:
    return render(report)


def without_script(page: str) -> str:
    return page.replace(script(), "")


def test_what_users_sent_never_becomes_markup(page: str) -> None:
    shown = without_script(page)
    assert HARM not in shown
    assert "<img" not in shown
    assert "&lt;script&gt;document.title" in shown
    assert shown.count("<script") == shown.count("</script>") == 3


def test_page_names_no_address_to_load_from(page: str) -> None:
    elements = re.findall(r"<[a-z][^>]*>", without_script(page))
    assert [e for e in elements if re.search(r"\b(src|srcset|href|action|data)=(?!.#)", e)] == []
    assert re.findall(r"@import|url\(", without_script(page)) == []
    assert "default-src 'none'" in page.replace("&#39;", "'")


def test_vega_is_there_once_however_many_charts_there_are(page: str) -> None:
    assert page.count("window.vegaEmbed=") == 1
    assert page.count('class="chart"') == 4 * 2 + 1 + 4  # of each currency, the one forecast, those of the run


def test_currencies_have_a_section_each_and_no_sum(page: str) -> None:
    assert "Sales in EUR" in page
    assert "Sales in JPY" in page
    eur, jpy = (sum(range(gross, gross + 70)) - sum(range(70)) for gross in (1000, 150_000))
    assert f"{eur:,} EUR" in page
    assert f"{jpy:,} JPY" in page
    assert f"{eur + jpy:,}" not in page


def test_forecast_that_was_never_made_is_said_so(report: Report) -> None:
    page = render(replace(report, forecasts={}, accuracies=[]))
    assert page.count("There is no forecast of these sales yet") == 2
    assert "No model has been tried" in page


def test_source_without_categories_gets_no_chart_of_them(report: Report) -> None:
    nameless = [replace(share, name="Unknown") for share in report.sales[0].categories[:1]]
    page = render(replace(report, sales=[replace(report.sales[0], categories=nameless)]))
    assert "Net sales by country" in page
    assert "Net sales by category" not in page


def test_empty_state_still_gives_a_page() -> None:
    page = render(Report("shop", datetime(2024, 1, 1, tzinfo=UTC), []))
    for sentence in ("Nothing has been sold yet", "Nothing has landed yet", "No record is quarantined", "No run has"):
        assert sentence in page


def test_ledger_that_does_not_balance_is_told_first(report: Report) -> None:
    page = render(replace(report, differences=[Difference("star", "marts", date(2024, 1, 2), "EUR", 3, 2)]))
    assert "The ledger does not balance" in page
    assert "star and marts differ on 2024-01-02: 3 rows against 2" in page
    assert "The ledger balances" not in page


def test_file_is_utf_8_and_replaced_whole(report: Report, tmp_path: Path) -> None:
    file = tmp_path / "new" / "report.html"
    write_page(report, file)
    write_page(replace(report, source="Łódź"), file)
    assert "Sales report: Łódź" in file.read_text(encoding="utf-8")
    assert list(file.parent.iterdir()) == [file]
