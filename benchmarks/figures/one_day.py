"""One day added to histories of one, ten and a hundred times the size."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import measure as measuring
from benchmarks.charts import bars
from benchmarks.deliveries import Generation, deleted, updated, write
from benchmarks.measure import Contender, Measurement, lakehouse, medians, python, side_by_side
from benchmarks.page import Grid, Section, Target
from benchmarks.results import Plan
from benchmarks.runs import steps, without
from benchmarks.text import COST, cost, seconds
from lakehouse.generator import generate
from lakehouse.model import LANDING_FILES
from lakehouse.settings import open_state
from lakehouse.uptodate import table_rows

TITLE = "One day added to a history of any size"
ABOUT = """
A history of 4, 40 or 400 days is run; then one thing is delivered and `lakehouse run` takes it in: the next day, in
order; or a quarter of a delivery two days late; or one in twenty lines of three days ago again, with another quantity,
or deleted. Each history is put back as it was before every run.

A run begins with the start of Python, the JVM and the session, which no history changes. **Warm** is therefore the more
telling measure: one session takes the same day into one history after the other, so that the JVM is warm, and only
the jobs are measured. The forecast is left out: it is trained on all days that there are.
"""
DAY_LINES, HISTORY_DAYS, MOST_GROWTH = 5_000, (4, 40, 400), 1.2
IN_ORDER = "a day in order"
NEXT = "2099/12/31/orders-next.jsonl.gz"
"""The delivery's file: behind all others by name, as a later day's would be."""


@dataclass(frozen=True)
class History:
    """A state that has run, kept as it was beside the one that runs."""

    home: Path
    landing: Path

    @property
    def kept(self) -> Path:
        """The state as it was."""
        return self.home.with_name(f"{self.home.name}-kept")

    def put_back(self, delivery: list[str]) -> None:
        """Bring the state back to what it was, and land the delivery."""
        shutil.rmtree(self.home, ignore_errors=True)
        shutil.copytree(self.kept, self.home)
        write(self.landing / NEXT, delivery)


def measure(plan: Plan) -> dict[str, Any]:
    """Run the histories, and then each delivery on each of them."""
    day_lines = max(100, round(DAY_LINES * plan.share))
    generation = Generation(plan.work / "generated")
    days = max(HISTORY_DAYS) + 1
    generate(generation.landing, lines=day_lines * days, days=days)
    deliveries = _deliveries(generation)
    histories = {str(days): _history(plan, generation, days, deliveries) for days in HISTORY_DAYS}
    measured, by_step = {}, {}
    for kind, delivery in deliveries.items():
        several = _deliver(histories, delivery, plan.runs if kind == IN_ORDER else 1)
        measured[kind] = {name: medians(runs) for name, runs in several.items()}
        if kind == IN_ORDER:
            by_step = {name: steps(histories[name].home, runs[-1]) for name, runs in several.items()}
    return {
        "lines": {name: _landed(history) for name, history in histories.items()},
        "delivered": {kind: len(lines) for kind, lines in deliveries.items()},
        "measured": measured,
        "steps": by_step,
        "warm": _warm(histories, deliveries[IN_ORDER], plan),
    }


def _deliveries(generation: Generation) -> dict[str, list[str]]:
    in_order = generation.day_in_order()
    earlier, late = generation.day(3), generation.day(2)
    moment = "2099-12-31T12:00:00.000Z"
    return {
        IN_ORDER: in_order,
        "late lines": late[: len(late) // 4],
        "updates": updated(earlier[::20], moment),
        "deletes": deleted(earlier[10::20], moment),
    }


def _history(plan: Plan, generation: Generation, days: int, deliveries: Mapping[str, list[str]]) -> History:
    history = History(plan.work / f"home-{days}", plan.work / f"landing-{days}")
    generation.history(days, history.landing, left_out=deliveries["late lines"])
    run = _run("--source", "softcart", "--landing", str(history.landing))
    measuring.measure(run, {"LAKEHOUSE_HOME": str(history.home)})
    history.home.rename(history.kept)
    return history


def _run(*options: str) -> list[str]:
    return lakehouse("run", *options, *without("forecast_sales"))


def _deliver(histories: Mapping[str, History], delivery: list[str], runs: int) -> dict[str, list[Measurement]]:
    contenders = {
        name: Contender(
            _run(),
            prepare=partial(history.put_back, delivery),
            environment={"LAKEHOUSE_HOME": str(history.home)},
        )
        for name, history in histories.items()
    }
    return side_by_side(contenders, runs)


def _landed(history: History) -> int:
    files = table_rows(open_state(history.home), LANDING_FILES)
    return sum(file["rows"] for file in files if file["status"] == "loaded")


def _warm(histories: Mapping[str, History], delivery: list[str], plan: Plan) -> dict[str, dict[str, float]]:
    write(plan.work / "day.jsonl.gz", delivery)
    homes = [f"{history.home}:{history.landing}" for history in histories.values()]
    command = python("-m", "benchmarks.warm_runs", str(plan.work / "day.jsonl.gz"), str(plan.runs), *homes)
    done = measuring.measure(command)
    return dict(zip(histories, json.loads(done.output.splitlines()[-1]), strict=True))


def section(data: dict[str, Any]) -> Section:
    """Show every delivery's cost by the size of the history."""
    return Section(TITLE, ABOUT, _targets(data), (_cold(data), _warm_grid(data), _step_grid(data)), chart=_chart(data))


def _growth(figures: Mapping[str, Any], name: str) -> float:
    values = [figures[history][name] for history in figures]
    return float(values[-1] / values[0])


def _targets(data: dict[str, Any]) -> list[Target]:
    ways = {"cold": data["measured"][IN_ORDER], "warm": data["warm"]}
    return [
        Target(
            f"A day in order on a history 100 times the size, {way}, {label}", f"{MOST_GROWTH}x", f"{growth:.2f}x",
            growth <= MOST_GROWTH,
        )
        for way, figures in ways.items()
        for label, name in (("CPU", "cpu_seconds"), ("wall", "wall_seconds"))
        for growth in [_growth(figures, name)]
    ]  # fmt: skip


def _cold(data: dict[str, Any]) -> Grid:
    rows = [
        (kind, f"{data['delivered'][kind]:,}", f"{data['lines'][history]:,}", *cost(figures))
        for kind, by_history in data["measured"].items()
        for history, figures in by_history.items()
    ]
    return Grid(("Delivered", "Lines", "Lines after", *COST), rows)


def _warm_grid(data: dict[str, Any]) -> Grid:
    rows = [
        (f"{data['lines'][name]:,}", seconds(figures["wall_seconds"]), seconds(figures["cpu_seconds"]))
        for name, figures in data["warm"].items()
    ]
    return Grid(("Lines after", "Wall s", "CPU s"), rows, "Warm: the jobs alone, for a day in order.")


def _step_grid(data: dict[str, Any]) -> Grid:
    names = list(data["steps"])
    rows = [
        (step, *(seconds(data["steps"][name].get(step, {}).get("cpu_seconds", 0.0)) for name in names))
        for step in data["steps"][names[-1]]
    ]
    columns = ("CPU seconds from start to end, by step", *(f"{data['lines'][name]:,}" for name in names))
    return Grid(columns, rows)


def _chart(data: dict[str, Any]) -> Any:
    rows = [
        (kind, f"{data['lines'][history]:,} lines", figures["cpu_seconds"])
        for kind, by_history in data["measured"].items()
        for history, figures in by_history.items()
    ]
    warm = [
        (f"{IN_ORDER}, warm", f"{data['lines'][name]:,} lines", figures["cpu_seconds"])
        for name, figures in data["warm"].items()
    ]
    return bars([*warm, *rows], "CPU seconds")
