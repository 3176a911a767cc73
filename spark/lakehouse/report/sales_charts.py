"""Charts of what was sold, in one currency."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal

import altair as alt

from lakehouse.report.charts import ACCENT, SOFT, WARN, Figure, Spec, amount_axis, as_spec, lying_bars, time_axis
from lakehouse.report.sales import Period, Sales, Share
from lakehouse.report.text import exact, money, percent, short

WEEK = 7
BARS = 12
"""The most bars of one chart; the rest are one bar together."""

FEW, NARROW = 6, 40
"""Bars that would be slabs if they filled their chart, and their width in pixels."""


def sales_over_time(sales: Sales) -> Figure:
    """Net sales by day, and their mean over seven days."""
    means = weekly_means(sales.days)
    values = [
        {"day": str(p.day), "net": float(p.net), "mean": means[p.day], "told": money(p.net, sales.currency)}
        for p in sales.days
    ]
    base = alt.Chart(alt.InlineData(values)).encode(x=time_axis("day"))
    tooltip = [alt.Tooltip("day:N", title="day"), alt.Tooltip("told:N", title="net sales")]
    days = base.mark_bar(color=SOFT, width={"band": 0.9}).encode(
        x=time_axis("day"), y=amount_axis("net", sales.currency), tooltip=tooltip
    )
    line = base.mark_line(color=ACCENT, strokeWidth=2.5, interpolate="monotone").encode(y="mean:Q")
    best = max(sales.days, key=lambda period: period.net)
    return Figure(
        "time", "Net sales by day, and their mean over seven days",
        f"{money(sales.whole.net, sales.currency)} from {sales.days[0].day} to {sales.days[-1].day}; "
        f"the best day was {best.day} with {money(best.net, sales.currency)}.",
        as_spec(days + line, 260),
        *period_table("day", [(str(p.day), p) for p in sales.days]),
    )  # fmt: skip


def weekly_means(days: Sequence[Period]) -> dict[date, float]:
    """The mean of each day and the six before it; days without a line count as zero, those before the first do not."""
    net, first = {period.day: float(period.net) for period in days}, days[0].day
    means = {}
    for day in net:
        window = [day - timedelta(back) for back in range(min(WEEK, (day - first).days + 1))]
        means[day] = sum(net.get(one, 0.0) for one in window) / len(window)
    return means


def returns_by_month(sales: Sales) -> Figure:
    """The share of gross sales that came back, by month of the return."""
    months = [(f"{period.day:%Y-%m}", period) for period in sales.months]
    values = [{"month": name, "share": p.returned, "told": percent(p.returned)} for name, p in months]
    bars = _bars(values, alt.X("month:O", title=None, axis=alt.Axis(labelOverlap=True, labelAngle=0)), WARN)
    whole = sales.whole
    told = f"{money(-whole.returns, sales.currency)} came back, {percent(whole.returned)} of gross sales."
    return Figure("returns", "Returns as a share of gross sales, by month", told, as_spec(bars, 200),
                  *period_table("month", months))  # fmt: skip


def _bars(values: list[Spec], x: alt.X, color: str) -> alt.Chart:
    share = alt.Y("share:Q", title=None, axis=alt.Axis(format="~%", tickCount=5))
    tooltip = [alt.Tooltip("month:N"), alt.Tooltip("told:N", title="returned")]
    width = {"band": 0.8} if len(values) > FEW else NARROW
    chart: alt.Chart = alt.Chart(alt.InlineData(values)).mark_bar(color=color, width=width)
    return chart.encode(x=x, y=share, tooltip=tooltip)


def by_part(name: str, title: str, parts: Sequence[Share], currency: str) -> Figure:
    """Net sales of countries or categories, the smaller ones together."""
    whole = sum((part.net for part in parts), Decimal(0))
    shown = [(part.name, part.net) for part in parts[:BARS]]
    if len(parts) > BARS:
        shown.append((f"{len(parts) - BARS} more", sum((part.net for part in parts[BARS:]), Decimal(0))))
    labels = [f"{short(net)} · {percent(float(net / whole))}" if whole else short(net) for _, net in shown]
    top = f"The highest: {shown[0][0]} with {money(shown[0][1], currency)}." if shown else ""
    rows = [(p.name, exact(p.gross), exact(p.returns), exact(p.net), percent(float(p.net / whole) if whole else None))
            for p in parts]  # fmt: skip
    spec = lying_bars([(label, float(net)) for label, net in shown], labels)
    return Figure(name, title, f"{title} in {currency}. {top}", spec, (name, "gross", "returns", "net", "share"), rows)


def period_table(what: str, periods: Iterable[tuple[str, Period]]) -> tuple[Sequence[str], Sequence[Sequence[str]]]:
    """Columns and rows of sales by day or month."""
    columns = (what, "gross", "returns", "net", "orders", "returned")
    return columns, [
        (name, exact(p.gross), exact(p.returns), exact(p.net), f"{p.orders:,}", percent(p.returned))
        for name, p in periods
    ]
