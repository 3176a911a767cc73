"""The ledger as a flow: bands from what landed to what each line became, and on into the warehouse.

Vega-Lite knows no Sankey diagram, so the bands are areas whose outline is computed here. Heights are in parts of all
that landed; a band is never thinner than a hair, since a handful of refused lines is what one looks for.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import altair as alt

from lakehouse.ledger import DISPOSITION_ORDER, FACT
from lakehouse.report.charts import Figure, Spec, as_spec
from lakehouse.report.data import Report
from lakehouse.report.text import NONE, exact, percent

PIXELS = 220
"""The height of all that landed."""
HAIR, SLOT, GAP = 2 / PIXELS, 38 / PIXELS, 16 / PIXELS
"""The thinnest band, the room that an exit needs for its label, and what keeps the exits from the fact."""
LEFT, MIDDLE, RIGHT = 0.0, 0.42, 1.0
CURVE = 24
"""Points of a band's outline."""
MEANINGS = {
    "duplicate": "duplicates", "quarantined": "quarantined", "superseded": "superseded by newer",
    "deleted": "deleted at source", "set_aside": "adjustments", FACT: "in the fact",
}  # fmt: skip
COLORS = {"quarantined": "var(--warn)", FACT: "var(--accent)"}


class Exit(NamedTuple):
    """What became of some of the lines; `top` and `height` of its band where it ends, in parts of all lines."""

    disposition: str
    lines: int
    top: float
    height: float


def ledger_flow(report: Report) -> Figure:
    """The flow of lines, with the sums of each hop and currency behind it."""
    landed = report.lines("landing")
    exits = _exits(report, landed)
    told = ", ".join(f"{one.lines:,} {MEANINGS[one.disposition]}" for one in exits)
    return Figure("flow", "What became of every landed line", f"{landed:,} lines landed: {told}.", _spec(report, exits),
                  ("hop", "currency", "lines", "amount"), hop_rows(report))  # fmt: skip


def _exits(report: Report, landed: int) -> list[Exit]:
    """The fact on top, the others below it in the ledger's order, each with room for its label."""
    found, top = [], 0.0
    for disposition in (FACT, *(name for name in DISPOSITION_ORDER if name != FACT)):
        lines = report.lines("silver", disposition)
        if lines:
            height = max(lines / landed, HAIR)
            found.append(Exit(disposition, lines, top, height))
            top += max(height, SLOT) + (GAP if disposition == FACT else 0)
    return found


def _spec(report: Report, exits: list[Exit]) -> Spec:
    landed, depth = report.lines("landing"), exits[-1].top + max(exits[-1].height, SLOT)
    bands, labels, start = [], [_label(LEFT, 0.0, "landed", report.lines("landing"))], 0.0
    for one in exits:
        bands += _band(one.disposition, (LEFT, start), (MIDDLE, one.top), one.height, one.lines)
        start += one.lines / landed
        share = f"{one.lines:,} · {percent(one.lines / landed)}"
        labels.append(_label(MIDDLE, one.top, MEANINGS[one.disposition], share))
    if exits[0].disposition == FACT and (published := report.lines("star")):
        bands += _band("warehouse", (MIDDLE, 0.0), (RIGHT, 0.0), max(published / landed, HAIR), published)
        labels.append(_label(RIGHT, 0.0, "warehouse", published))
    return as_spec(_drawn(bands, labels, depth), round(depth * PIXELS))


def _band(name: str, start: tuple[float, float], end: tuple[float, float], height: float, lines: int) -> list[Spec]:
    (x, top), (end_x, end_top) = start, end
    told = {"band": name, "color": COLORS.get("fact" if name == "warehouse" else name, "var(--other)"), "lines": lines}
    return [
        {**told, "x": x + t * (end_x - x), "top": at, "bottom": at + height}
        for t, at in _curve(top, end_top)
    ]  # fmt: skip


def _curve(start: float, end: float) -> Iterator[tuple[float, float]]:
    """From 0 to 1, level at both ends: the smooth step 3 t² - 2 t³."""
    for point in range(CURVE + 1):
        t = point / CURVE
        yield t, start + (3 * t**2 - 2 * t**3) * (end - start)


def _label(x: float, top: float, name: str, lines: int | str) -> Spec:
    return {"x": x, "y": top, "name": name, "lines": f"{lines:,}" if isinstance(lines, int) else lines}


def _drawn(bands: list[Spec], labels: list[Spec], depth: float) -> alt.LayerChart | alt.FacetChart:
    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[LEFT, RIGHT], nice=False))
    y: dict[str, Any] = {"axis": None, "scale": alt.Scale(domain=[0, depth], reverse=True, nice=False)}
    areas = alt.Chart(alt.InlineData(bands)).mark_area(opacity=0.35).encode(
        x=x, y=alt.Y("top:Q", **y), y2="bottom:Q", detail="band:N", color=alt.Color("color:N", scale=None),
        tooltip=[alt.Tooltip("band:N", title=" "), alt.Tooltip("lines:Q", format=",")],
    )  # fmt: skip
    texts: list[alt.Chart] = [
        _texts([one for one in labels if one["x"] == place], x, alt.Y("y:Q", **y), align, field, dy, weight)
        for place, align in ((LEFT, "left"), (MIDDLE, "left"), (RIGHT, "right"))
        for field, dy, weight in (("name", 11, "bold"), ("lines", 26, "normal"))
    ]
    ends = (
        alt.Chart(alt.InlineData([one for one in bands if one["x"] in (LEFT, MIDDLE, RIGHT)]))
        .mark_rule(strokeWidth=3)
        .encode(x=x, y=alt.Y("top:Q", **y), y2="bottom:Q", color=alt.Color("color:N", scale=None))
    )
    return alt.LayerChart(layer=[areas, ends, *texts])


def _texts(labels: list[Spec], x: alt.X, y: alt.Y, align: Any, field: str, dy: int, weight: Any) -> alt.Chart:
    text = alt.Chart(alt.InlineData(labels)).mark_text(
        align=align, dx=-6 if align == "right" else 6, dy=dy, fontWeight=weight, color="var(--ink)"
    )  # fmt: skip
    drawn: alt.Chart = text.encode(x=x, y=y, text=f"{field}:N")
    return drawn


def hop_rows(report: Report) -> list[tuple[str, str, str, str]]:
    """Lines and amounts of each hop by disposition and currency, in the ledger's order."""
    sums: dict[tuple[str, str, str], tuple[int, Any]] = {}
    for e in report.ledger:
        key = (e.hop, e.disposition, e.currency or "")
        lines, amount = sums.get(key, (0, None))
        sums[key] = (lines + e.rows, amount if e.amount is None else e.amount + (amount or 0))
    ordered = sorted(sums.items(), key=lambda item: (HOPS.index(item[0][0]), item[0]))
    return [
        (f"{hop}: {disposition}", currency or NONE, f"{lines:,}", exact(amount))
        for (hop, disposition, currency), (lines, amount) in ordered
    ]


HOPS = ("landing", "bronze", "silver", "quarantine", "order_lines", "fact_sales", "daily_sales", "star", "marts")
