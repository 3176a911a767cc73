"""The one kind of chart that the page has: bars beside each other, in groups, that print well without colour."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

COLOURS = ("#1f4e79", "#8db4d8", "#d95f02", "#a6a6a6", "#5b8c5a", "#c9b037")


def bars(rows: Sequence[tuple[str, str, float]], unit: str) -> alt.LayerChart:
    """Horizontal bars.

    Args:
        rows: group, name and value; groups and names in the order in which they are to be shown.
        unit: what the values are, under the axis.
    """
    groups, names = list(dict.fromkeys(row[0] for row in rows)), list(dict.fromkeys(row[1] for row in rows))
    values = [{"group": group, "name": name, "value": value, "text": f"{value:,.3g}"} for group, name, value in rows]
    base = alt.Chart(alt.InlineData(values)).encode(
        y=alt.Y("group:N", title=None, sort=groups, axis=alt.Axis(labelLimit=240)),
        yOffset=alt.YOffset("name:N", sort=names),
        x=alt.X("value:Q", title=unit),
    )
    scale = alt.Scale(domain=names, range=list(COLOURS[: len(names)]))
    legend = alt.Legend(title=None, orient="top") if len(names) > 1 else None
    filled = base.mark_bar().encode(color=alt.Color("name:N", sort=names, scale=scale, legend=legend))
    labelled = filled + base.mark_text(align="left", dx=3, fontSize=9).encode(text="text:N")
    chart: alt.LayerChart = labelled.properties(width=520, height=alt.Step(14)).configure(background="white")
    return chart
