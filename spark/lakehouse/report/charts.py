"""The charts, each with the sentence that stands for it and the table behind it.

Colours are CSS variables of the page, so that one drawing serves light, dark and paper. Dates go in as text in UTC, or
a reader west of Greenwich would see the day before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

Spec = dict[str, Any]
ACCENT, SOFT, WARN, OTHER = "var(--accent)", "var(--soft)", "var(--warn)", "var(--other)"


@dataclass(frozen=True)
class Figure:
    """A chart: `summary` says in words what it shows; the table behind it has its numbers, as they are to be read."""

    name: str
    title: str
    summary: str
    spec: Spec
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


LABELS = {"expr": "0.42 * containerSize()[0]"}
"""The widest label of a bar: names are long, and telephones narrow."""
LETTER = 7
"""Pixels of a letter, at most: what stands beside the longest bar must not be cut off."""


def lying_bars(rows: Sequence[tuple[str, float]], labels: Sequence[str], color: str = ACCENT) -> Spec:
    """Horizontal bars with their figures beside them, in the order given."""
    values = [{"name": name, "value": value, "label": label} for (name, value), label in zip(rows, labels, strict=True)]
    domain = [min([0, *(value for _, value in rows)]), max([0, *(value for _, value in rows)]) or 1]
    room = LETTER * max((len(label) for label in labels), default=0) + 10
    scale = alt.Scale(domain=domain, range=[0, {"expr": f"width - {room}"}], nice=False)
    base = alt.Chart(alt.InlineData(values)).encode(
        y=alt.Y("name:N", title=None, sort=None, axis=alt.Axis(labelLimit=LABELS, ticks=False, domain=False)),
        x=alt.X("value:Q", axis=None, scale=scale),
        tooltip=[alt.Tooltip("name:N", title=" "), alt.Tooltip("label:N", title=" ")],
    )
    labelled = base.mark_bar(color=color) + base.mark_text(align="left", dx=6, color="var(--ink)").encode(
        text="label:N"
    )
    return as_spec(labelled, max(60, 25 * len(rows)))


def time_axis(name: str) -> alt.X:
    """Days along the bottom."""
    axis = alt.Axis(
        labelOverlap=True, grid=False, format="%-d %b %Y", tickCount={"expr": "width / 90"}, labelFlush=True
    )
    return alt.X(
        f"{name}:T", title=None, axis=axis, scale=alt.Scale(type="utc"), timeUnit="utcyearmonthdate", bandPosition=0.5
    )


def amount_axis(name: str, currency: str) -> alt.Y:
    """Amounts up the side."""
    return alt.Y(f"{name}:Q", title=currency, axis=alt.Axis(format="~s", tickCount=5))


def as_spec(chart: alt.Chart | alt.LayerChart | alt.FacetChart, height: int) -> Spec:
    """The chart as wide as its place on the page; how it looks is the page's to say."""
    spec: Spec = chart.properties(width="container", height=height).to_dict()
    return {key: value for key, value in spec.items() if key not in ("$schema", "config")}
