"""What runs would cost on AWS Glue: CPU seconds by job and line, measured here, and the bill that follows."""

from __future__ import annotations

import shutil
from dataclasses import asdict, astuple
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import measure as measuring
from benchmarks.deliveries import Generation, read
from benchmarks.machine import machine
from benchmarks.measure import lakehouse
from benchmarks.page import Grid, Section
from benchmarks.results import Plan
from benchmarks.runs import REST, steps
from benchmarks.text import seconds
from lakehouse.cost import COLUMNS, MILLION, Assumptions, CpuSeconds, Measured, estimates, runs_a_day
from lakehouse.cost.bill import HISTORY_DAYS
from lakehouse.cost.document import RUNS_MILLIONS_A_DAY, page
from lakehouse.generator import generate

TITLE = "What a run would cost on AWS Glue"
ABOUT = """
CPU seconds of each job, from two full loads and from two batches added in order to the larger one: the difference tells
what a line costs, the rest is what a run costs however few lines there are. `lakehouse cost` turns them into
DPU-seconds with the jobs and workers of `glue_jobs/pipeline.yaml`; its formulas are in `spark/lakehouse/cost/glue.py`.
"""
DAY_LINES, FULL_DAYS, ADDED_DAYS = 2_500, (80, 400), (8, 80)
PAGE = Path(__file__).parents[2] / "docs" / "cost.md"
LINES_A_DAY = [millions * MILLION for millions in RUNS_MILLIONS_A_DAY]

Cpu = dict[str, float]
"""CPU seconds by job."""


def measure(plan: Plan) -> dict[str, Any]:
    """Measure the loads; at full size also write the figures that `lakehouse cost` reads, and its page."""
    generation = Generation(plan.work / "generated")
    day_lines = max(100, round(DAY_LINES * plan.share))
    days = FULL_DAYS[-1] + sum(ADDED_DAYS)
    generate(generation.landing, lines=day_lines * days, days=days)
    full = [_run(plan, generation, f"full-{count}", 0, count) for count in FULL_DAYS]
    home, first = f"full-{FULL_DAYS[-1]}", FULL_DAYS[-1]
    added = []
    for count in ADDED_DAYS:
        added.append(_run(plan, generation, home, first, first + count))
        first += count
    measured = Measured(f"{datetime.now(UTC):%Y-%m-%d}", ", ".join(machine().values()), _lines(added), _lines(full))
    if plan.share == 1:
        measured.write()
        PAGE.write_text(page(measured), encoding="utf-8")
    return asdict(measured)


def _run(plan: Plan, generation: Generation, name: str, first: int, end: int) -> tuple[int, Cpu]:
    """Land the days from `first` up to `end` and run: lines that came, and CPU seconds by job."""
    home, landing = plan.work / name, plan.work / f"{name}-landing"
    lines = sum(_land(day, generation, landing) for day in generation.days[first:end])
    run = lakehouse("run", "--source", "softcart", "--landing", str(landing))
    done = measuring.measure(run, {"LAKEHOUSE_HOME": str(home)})
    return lines, {job: step["cpu_seconds"] for job, step in steps(home, done).items() if job != REST}


def _land(day: Path, generation: Generation, landing: Path) -> int:
    target = landing / day.relative_to(generation.landing)
    shutil.copytree(day, target)
    return sum(len(read(file)) for file in target.iterdir())


def _lines(runs: list[tuple[int, Cpu]]) -> dict[str, CpuSeconds]:
    """The line through two runs, job by job; neither a line nor a run gives CPU back."""
    (few, small), (many, large) = runs
    slopes = {job: max(0.0, (large[job] - small[job]) / (many - few)) for job in small}
    return {
        job: CpuSeconds(fixed=round(max(0.0, small[job] - slope * few), 2), per_million=round(slope * MILLION, 2))
        for job, slope in slopes.items()
    }


def section(data: dict[str, Any]) -> Section:
    """Show the CPU of each job, the bill, and what it takes for granted."""
    measured = Measured.of(data)
    cpu = [
        (job, *(seconds(value) for way in (measured.added, measured.full) for value in astuple(way[job])))
        for job in measured.full
    ]
    bills = [estimate.row() for estimate in estimates(measured, LINES_A_DAY, runs_a_day(), HISTORY_DAYS)]
    grids = (
        Grid(("CPU seconds", "added: a run", "added: a million lines", "full: a run", "full: a million lines"), cpu),
        Grid(COLUMNS, [tuple(str(v) if isinstance(v, str) else f"{v:,}" for v in bill) for bill in bills]),
        Grid(("Assumed", "Value", ""), [(name, f"{value}", why) for name, value, why in Assumptions().reasons()]),
    )
    notes = (
        "Glue alone: [what it costs](cost.md) bills a month of every service. Publishing is measured with the embedded "
        "warehouse."
    )
    return Section(TITLE, ABOUT, grids=grids, notes=notes)
