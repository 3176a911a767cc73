"""The embedded warehouse beside plain DuckDB: a load, a merge, and what analysts ask."""

from __future__ import annotations

import json
import shutil
from functools import partial
from statistics import median
from typing import Any

from benchmarks.charts import bars
from benchmarks.measure import CommandFailed, Contender, Measurement, medians, python, side_by_side
from benchmarks.page import Grid, Section, Target
from benchmarks.results import Plan
from benchmarks.text import COST, cost, seconds
from benchmarks.warehouse_work.contenders import CONTENDERS
from benchmarks.warehouse_work.exports import write_exports

TITLE = "The embedded warehouse beside plain DuckDB"
ABOUT = """
A star of 5 million facts is loaded from Parquet into staging and merged into the empty star schema; then 50,000 changes
(four in six are updates, one is a deletion, one is new). The embedded warehouse does it as publishing does: COPY,
streams, MERGE tasks, marks, in Snowflake's SQL. DuckDB does it by hand: INSERT from the same files into staging,
one MERGE a table with the same conditions. Both then hold the same rows, and both are asked the same questions.
"""
FACTS, CHANGES = 5_000_000, 50_000
MOST_LOAD, MOST_MERGE, MOST_SECONDS = 1.5, 3.0, 1.0
STEPS = {
    "load star": "load into staging: the star",
    "merge star": "merge into the empty star",
    "load changes": "load into staging: the changes",
    "merge changes": "merge the changes",
}
NAMES = {"embedded": "embedded warehouse", "duckdb": "plain DuckDB"}


def measure(plan: Plan) -> dict[str, Any]:
    """Measure both on the same exports.

    Raises:
        CommandFailed: the two hold other rows or give other answers.
    """
    exports = plan.work / "exports"
    facts, changes = plan.lines(FACTS), plan.lines(CHANGES)
    write_exports(exports, facts, changes)
    contenders = {}
    for name in CONTENDERS:
        out = plan.work / name
        command = python("-m", "benchmarks.warehouse_work", name, str(exports), str(out))
        contenders[name] = Contender(command, prepare=partial(shutil.rmtree, out, ignore_errors=True))
    measured = side_by_side(contenders, plan.runs)
    told = {name: [json.loads(run.output.splitlines()[-1]) for run in runs] for name, runs in measured.items()}
    _require_same(told)
    return {"facts": facts, "changes": changes, **{name: _figures(measured[name], told[name]) for name in measured}}


def _require_same(told: dict[str, list[dict[str, Any]]]) -> None:
    states = {json.dumps(run["state"]) for runs in told.values() for run in runs}
    if len(states) > 1:
        raise CommandFailed("The embedded warehouse and DuckDB came to different rows or answers")


def _figures(measured: list[Measurement], told: list[dict[str, Any]]) -> dict[str, Any]:
    by_kind = {
        kind: {name: median(run[kind][name] for run in told) for name in told[0][kind]}
        for kind in ("seconds", "asked", "views")
    }
    return {**medians(measured), **by_kind}


def section(data: dict[str, Any]) -> Section:
    """Show steps and questions side by side."""
    steps = [(label, *_pair(data, "seconds", step)) for step, label in STEPS.items()]
    asked = [(question, *_pair(data, "asked", question)) for question in data["embedded"]["asked"]]
    views = [(f"MARTS.{view}", seconds(value), "", "") for view, value in data["embedded"]["views"].items()]
    columns = ("embedded s", "DuckDB s", "Ratio")
    grids = (
        Grid((f"{data['facts']:,} facts, {data['changes']:,} changes", *columns), steps),
        Grid(("Asked of the star", *columns), [*asked, *views]),
        Grid(("Whole process", *COST), [(label, *cost(data[name])) for name, label in NAMES.items()]),
    )
    rows = [(label, NAMES[name], data[name]["seconds"][step]) for step, label in STEPS.items() for name in NAMES]
    return Section(TITLE, ABOUT, _targets(data), grids, chart=bars(rows, "seconds"))


def _pair(data: dict[str, Any], kind: str, name: str) -> tuple[str, str, str]:
    ours, theirs = (data[contender][kind][name] for contender in NAMES)
    return seconds(ours), seconds(theirs), f"{ours / theirs:.2f}x"


def _targets(data: dict[str, Any]) -> list[Target]:
    ours, theirs = (data[name]["seconds"] for name in NAMES)
    most = {"load star": MOST_LOAD, "merge changes": MOST_MERGE}
    ratios = [
        Target(f"Embedded warehouse, {STEPS[step]}", f"{limit}x", f"{ratio:.2f}x", ratio <= limit)
        for step, limit in most.items()
        for ratio in [ours[step] / theirs[step]]
    ]
    slowest = max([*data["embedded"]["asked"].values(), *data["embedded"]["views"].values()])
    asked = Target("Embedded warehouse, slowest star query", f"{MOST_SECONDS:g} s", f"{slowest:.2f} s", slowest < 1)
    return [*ratios, asked]
