"""The page: one HTML file with all that it needs in it, Vega's JavaScript once.

Whatever users sent is escaped by Jinja2, and a content security policy lets no script run but the page's own and no
request leave it: a product called <script> stays a product.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from functools import cache
from importlib.resources import files
from pathlib import Path

import vl_convert
from jinja2 import Environment, StrictUndefined

from lakehouse.ledger import FACT
from lakehouse.report import forecast_charts, run_charts, sales_charts
from lakehouse.report.charts import Figure, Spec
from lakehouse.report.data import Report
from lakehouse.report.flow import ledger_flow
from lakehouse.report.sales import Sales, told
from lakehouse.report.text import exact, money, percent

TEMPLATE = "report.html.j2"
FOUR_WEEKS = 28
DRAW = """
(() => {
  const config = JSON.parse(document.getElementById("config").textContent);
  const charts = JSON.parse(document.getElementById("charts").textContent);
  const options = {actions: false, renderer: "svg", ast: true, config};
  const drawn = charts.map((spec, n) => vegaEmbed("#chart-" + n, spec, options));
  const page = document.documentElement;
  const onPaper = (is) => { page.classList.toggle("paper", is); dispatchEvent(new Event("resize")); };
  addEventListener("beforeprint", () => onPaper(true));
  addEventListener("afterprint", () => onPaper(false));
  Promise.all(drawn).then(() => { page.dataset.drawn = drawn.length; });
})();
"""
"""`ast`: Vega then interprets its expressions, where it would else make code of them, which the policy forbids.

Charts take their width from the page when it is resized; paper has another width, told by an event alone.
"""

INK, MUTED, LINE = "var(--ink)", "var(--muted)", "var(--line)"
CONFIG = {
    "background": "transparent",
    "font": "system-ui, sans-serif",
    "view": {"stroke": None},
    "axis": {"labelColor": MUTED, "titleColor": MUTED, "gridColor": LINE, "domainColor": LINE, "tickColor": LINE,
             "labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal"},
    "axisY": {"domain": False, "ticks": False, "labelPadding": 6},
    "legend": {"labelColor": INK, "labelFontSize": 12},
    "text": {"fontSize": 12},
}  # fmt: skip
"""How all charts look."""


@dataclass(frozen=True)
class Tile:
    """A headline number."""

    name: str
    value: str
    note: str = ""


@dataclass
class Charts:
    """The charts of a page, in the order in which the template places them."""

    specs: list[Spec] = field(default_factory=list)

    def place(self, figure: Figure) -> str:
        """The id of the element that the chart goes into."""
        self.specs.append(figure.spec)
        return f"chart-{len(self.specs) - 1}"


def write_page(report: Report, file: Path) -> None:
    """Write the page; who has the old one open meanwhile never meets half of the new."""
    file.parent.mkdir(parents=True, exist_ok=True)
    written = file.with_name(f"{file.name}.new")
    written.write_text(render(report), encoding="utf-8")
    written.replace(file)


def render(report: Report) -> str:
    """The page as HTML."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"money": money, "exact": exact, "percent": percent}
    template = environment.from_string((files("lakehouse.report") / TEMPLATE).read_text(encoding="utf-8"))
    charts = Charts()
    return template.render(
        report=report, tiles=list(_tiles(report)), flow=ledger_flow(report) if report.lines("landing") else None,
        sections=[(sales, _sales_tiles(sales), sales_figures(sales, report)) for sales in report.sales],
        accuracy=forecast_charts.accuracy(report.accuracies) if report.accuracies else None,
        refused=run_charts.refused(report.reasons) if report.reasons else None,
        times=run_charts.times(report.steps) if report.steps else None,
        place=charts.place, charts=charts, config=CONFIG, script=script(), policy=policy(),
    )  # fmt: skip


def sales_figures(sales: Sales, report: Report) -> dict[str, Figure]:
    """The charts of one currency by name; `forecast` is there where one has been made."""
    parts = (
        ("country", "Net sales by country", sales.countries),
        ("category", "Net sales by category", sales.categories),
    )
    figures = [
        sales_charts.sales_over_time(sales),
        *(sales_charts.by_part(name, title, shares, sales.currency) for name, title, shares in parts if told(shares)),
        sales_charts.returns_by_month(sales),
    ]
    if sales.currency in report.forecasts:
        figures.append(forecast_charts.forecast(sales, report.forecasts[sales.currency]))
    return {figure.name: figure for figure in figures}


def _tiles(report: Report) -> Iterator[Tile]:
    landed, refused = report.lines("landing"), report.lines("silver", "quarantined")
    if landed:
        yield Tile("Lines landed", f"{landed:,}", f"{report.lines('silver', FACT):,} are sales and returns")
        yield Tile("Quarantined", f"{refused:,}", f"{percent(refused / landed)} of all lines")
    yield Tile(
        "Files set aside",
        f"{len(report.set_aside):,}",
        "unreadable as a whole" if report.set_aside else "all could be read",
    )
    if report.last_day:
        yield Tile("Sales up to", f"{report.last_day}", "the last day with an order")


def _sales_tiles(sales: Sales) -> Iterator[Tile]:
    whole = sales.whole
    yield Tile("Net sales", money(whole.net, sales.currency), f"{sales.days[0].day} to {sales.days[-1].day}")
    yield Tile("Orders", f"{whole.orders:,}", f"{money(whole.net / whole.orders, sales.currency)} each")
    yield Tile("Returned", percent(whole.returned), f"{money(-whole.returns, sales.currency)} of gross sales")
    yield _last_weeks(sales)


def _last_weeks(sales: Sales) -> Tile:
    """The last four weeks beside the four before them, where there are that many."""
    end = sales.days[-1].day
    start, before = end - timedelta(FOUR_WEEKS), end - timedelta(2 * FOUR_WEEKS)
    now = sum((p.net for p in sales.days if p.day > start), Decimal(0))
    then = sum((p.net for p in sales.days if before < p.day <= start), Decimal(0))
    enough = sales.days[0].day <= before + timedelta(1) and then > 0
    note = f"{float(now / then) - 1:+.1%} on the {FOUR_WEEKS} days before" if enough else f"to {end}"
    return Tile(f"Last {FOUR_WEEKS} days", money(now, sales.currency), note)


@cache
def script() -> str:
    """Vega, Vega-Lite and Vega-Embed as one script, and the few lines that draw the charts."""
    whole = vl_convert.javascript_bundle() + DRAW  # type: ignore[call-arg]  # its stub asks for a snippet, it does not
    return whole.replace("</script", r"<\/script").replace("\r\n", "\n")


def policy() -> str:
    """The page's content security policy: this script, styles within the page, and no address at all."""
    digest = base64.b64encode(hashlib.sha256(script().encode()).digest()).decode()
    return (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
