"""Charts of what is expected, and of how near such expectations came."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

import altair as alt

from lakehouse.report.charts import ACCENT, SOFT, Figure, Spec, amount_axis, as_spec, lying_bars, time_axis
from lakehouse.report.lake import Accuracy, Forecast
from lakehouse.report.sales import Sales
from lakehouse.report.text import NONE, exact, money, percent

HISTORY_DAYS = 84
"""Days that are drawn ahead of a forecast."""


def forecast(sales: Sales, expected: Forecast) -> Figure:
    """The last weeks of sales, and the days to come with their interval."""
    known = [p for p in sales.days if p.day > sales.days[-1].day - timedelta(HISTORY_DAYS)]
    past = [{"day": str(p.day), "value": float(p.net), "what": "sold", "told": money(p.net)} for p in known]
    ahead: list[Spec] = [
        {"day": str(d.day), "value": float(d.mean), "low": float(d.low), "high": float(d.high), "what": "expected",
         "told": f"{money(d.mean)} ({money(d.low)} to {money(d.high)})"}
        for d in expected.days
    ]  # fmt: skip
    names = ("sold", "expected", "nine days in ten")
    scale = alt.Scale(domain=list(names), range=["var(--ink)", ACCENT, SOFT])
    color = alt.Color("what:N", scale=scale, legend=alt.Legend(title=None, orient="top", symbolType="square"))
    tooltip = [alt.Tooltip("day:N"), alt.Tooltip("what:N", title=" "), alt.Tooltip("told:N", title=sales.currency)]
    interval = alt.InlineData([{**day, "what": names[2]} for day in ahead])
    band = (
        alt.Chart(interval)
        .mark_area()
        .encode(x=time_axis("day"), y=amount_axis("low", sales.currency), y2="high:Q", color=color)
    )
    lines = alt.Chart(alt.InlineData([*past, *ahead])).mark_line(point="transparent", strokeJoin="round").encode(
        x=time_axis("day"), y="value:Q", color=color, tooltip=tooltip
    )  # fmt: skip
    total = sum((d.mean for d in expected.days), Decimal(0))
    return Figure(
        "forecast", f"The last {HISTORY_DAYS} days and the next {len(expected.days)}",
        f"Daily net sales expected by {expected.model} after {expected.cutoff}: {money(total, sales.currency)} "
        f"in {len(expected.days)} days.",
        as_spec(band + lines, 280), ("day", "expected", "low", "high"),
        [(str(d.day), exact(d.mean), exact(d.low), exact(d.high)) for d in expected.days],
    )  # fmt: skip


def accuracy(found: Sequence[Accuracy]) -> Figure:
    """The error of each model on total sales, on average over the backtests."""
    level = found[0].level
    shown = [one for one in found if one.level == level and one.wape is not None]
    spec = lying_bars([(a.model, a.wape or 0) for a in shown], [percent(a.wape) for a in shown])
    best = f" {shown[0].model} was nearest with {percent(shown[0].wape)}." if shown else ""
    rows = [
        (a.level, a.model, percent(a.wape), f"{a.mase:.2f}" if a.mase is not None else NONE, percent(a.bias),
         percent(a.coverage), str(a.cutoffs))
        for a in found
    ]  # fmt: skip
    columns = ("level", "model", "WAPE", "MASE", "bias", "within the interval", "cut-offs")
    told = f"Absolute error as a share of sales, level {level}; less is better.{best}"
    return Figure("accuracy", "Error (WAPE) of each model on sales it had not seen", told, spec, columns, rows)
