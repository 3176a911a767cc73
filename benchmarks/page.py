"""The page of figures, docs/benchmarks.md, and its charts, from the results alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import altair as alt
from tabulate import tabulate

from benchmarks.results import Result

HEAD = """\
# Figures

<!-- Written by `make bench`: measure anew, or change benchmarks/, not this file. -->

What the lakehouse costs in seconds, CPU and memory, beside others that do the same work in the same run. Each command
runs in a process of its own, start of Python and JVM included. **Wall** is from its start to its end, **CPU** the user
and system time of all its processes, **memory** the most that they had resident together. Contenders take turns, in the
opposite order every second time, and the median counts. Everything is kept to two cores.
"""
NOT_MEASURED = "Not measured yet: `make bench ONLY={name}`.\n"


@dataclass(frozen=True)
class Target:
    """What a figure is to reach, what it does reach, and whether that is enough."""

    what: str
    wanted: str
    reached: str
    met: bool


@dataclass(frozen=True)
class Grid:
    """A table: numbers come as texts, as they are to be read."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    caption: str = ""


@dataclass(frozen=True)
class Section:
    """One figure on the page: what it is about, in Markdown, its targets, tables and chart."""

    title: str
    about: str
    targets: Sequence[Target] = ()
    grids: Sequence[Grid] = ()
    notes: str = ""
    chart: alt.LayerChart | None = field(default=None, compare=False)


def write_page(path: Path, sections: Mapping[str, tuple[Section, Result | None]]) -> None:
    """Write the page, and beside it a folder of its name with a chart for each figure that has been measured.

    Args:
        sections: by name of the figure; a section without a result says how to measure it.
    """
    charts = path.with_suffix("")
    charts.mkdir(parents=True, exist_ok=True)
    for name, (section, _) in sections.items():
        if section.chart is not None:
            section.chart.save(charts / f"{name}.svg")
    path.write_text(page(sections, charts.name), encoding="utf-8")


def page(sections: Mapping[str, tuple[Section, Result | None]], charts: str) -> str:
    """The page in Markdown; `charts` is the folder of the charts as seen from the page."""
    parts = [HEAD, _summary(section for section, _ in sections.values())]
    for name, (section, result) in sections.items():
        parts += [f"## {section.title}\n", section.about.strip() + "\n"]
        parts += _measured(name, section, result, charts) if result else [NOT_MEASURED.format(name=name)]
    return "\n".join(part for part in parts if part)


def _summary(sections: Iterable[Section]) -> str:
    rows = [(t.what, t.wanted, t.reached, "yes" if t.met else "**no**") for s in sections for t in s.targets]
    return markdown(Grid(("What", "Target", "Reached", "Met"), rows)) if rows else ""


def _measured(name: str, section: Section, result: Result, charts: str) -> list[str]:
    grids = [part for grid in section.grids for part in (f"{grid.caption}\n" if grid.caption else "", markdown(grid))]
    chart = f"![{section.title}]({charts}/{name}.svg)\n" if section.chart is not None else ""
    return [*grids, chart, section.notes.strip() + "\n" if section.notes else "", _circumstances(result)]


def _circumstances(result: Result) -> str:
    machine, versions = ", ".join(result.machine.values()), ", ".join(f"{k} {v}" for k, v in result.versions.items())
    share = "" if result.share == 1 else f" **At {result.share:.4g} of the full size: a trial, not the figure.**"
    cores = machine.replace(result.machine["cores"], f"{result.machine['cores']} cores")
    return f"<sub>`{result.command}`, {result.measured_at}, on {cores}; {versions}.{share}</sub>\n"


def markdown(grid: Grid) -> str:
    """A table in Markdown, numbers to the right."""
    align = ["left" if _is_text(column) else "right" for column in zip(*grid.rows, strict=True)]
    return tabulate(grid.rows, grid.columns, tablefmt="pipe", disable_numparse=True, colalign=align) + "\n"


def _is_text(column: Sequence[Any]) -> bool:
    return not all(str(cell).lstrip("-")[:1].isdigit() or cell == "" for cell in column)
