"""The page in a browser: each chart draws, nothing complains, nothing is asked of the network, nothing sticks out."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lakehouse.report.data import Report
from lakehouse.report.page import write_page

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), ""
)
MARKS = """[...document.querySelectorAll(".chart")].map(chart =>
    chart.querySelectorAll("svg .mark-rect path, svg .mark-area path, svg .mark-line path").length)"""
STICKING_OUT = "document.documentElement.scrollWidth - innerWidth"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
    if not CHROMIUM:
        pytest.skip("no Chromium: apt-get install chromium")
    with playwright.sync_playwright() as driver:
        # Root, as in a container, has no sandbox; the page is our own.
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def url(report: Report, tmp_path: Path) -> str:
    write_page(report, tmp_path / "report.html")
    return (tmp_path / "report.html").as_uri()


def opened(browser: Any, url: str, width: int, scheme: str) -> tuple[Any, list[str], list[str]]:
    """The page drawn, what it complained of, and what it asked for."""
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    complaints: list[str] = []
    requests: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))
    page.goto(url)
    page.wait_for_selector("html[data-drawn]", state="attached", timeout=60_000)
    return page, complaints, requests


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_every_chart_draws_in_silence(browser: Any, url: str, width: int, scheme: str) -> None:
    page, complaints, requests = opened(browser, url, width, scheme)
    marks = page.evaluate(MARKS)
    assert len(marks) == 13
    assert all(marks)
    assert complaints == []
    assert requests == [url]
    assert page.evaluate(STICKING_OUT) <= 0
    page.close()


def test_product_called_script_is_only_a_name(browser: Any, url: str) -> None:
    page, _, _ = opened(browser, url, 1280, "light")
    assert page.title() == "Sales report: shop"
    assert "<script>document.title" in page.inner_text("#sales-1 .card table")
    page.close()


def test_dark_page_has_light_axes_and_dark_ones_on_paper(browser: Any, url: str) -> None:
    page, _, _ = opened(browser, url, 1280, "dark")
    label = "getComputedStyle(document.querySelector('.chart svg .role-axis-label text')).fill"
    on_screen = page.evaluate(label)
    page.emulate_media(media="print")
    assert (on_screen, page.evaluate(label)) == ("rgb(163, 173, 186)", "rgb(90, 100, 114)")
    page.close()
