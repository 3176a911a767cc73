"""UCI Online Retail, 541,909 lines, from landing to the warehouse."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from benchmarks.charts import bars
from benchmarks.measure import Contender, lakehouse, medians, side_by_side
from benchmarks.page import Grid, Section, Target
from benchmarks.results import Plan
from benchmarks.runs import steps, without
from benchmarks.text import COST, cost, gigabytes, seconds

TITLE = "UCI Online Retail: 541,909 lines, landing to warehouse"
ABOUT = """
`lakehouse run` on an empty state, without the forecast: 305 gzip CSV files to bronze, silver, the star schema, and the
embedded warehouse, with the ledger balanced at every hop before and after publishing. The start of the session counts,
setting up (jars, class archive) does not. `lakehouse verify` then reads landing once more, in a process of its own, and
compares day by day.
"""
WALL_SECONDS, MEMORY_GB = 60, 4


def measure(plan: Plan) -> dict[str, Any]:
    """Run and verify the UCI files, or the first share of them."""
    landing = _landing(plan)
    home = plan.work / "uci"
    environment = {"LAKEHOUSE_HOME": str(home)}
    run = Contender(
        lakehouse("run", "--source", "uci_online_retail", "--landing", str(landing), *without("forecast_sales")),
        prepare=lambda: shutil.rmtree(home, ignore_errors=True),
        environment=environment,
    )
    verify = Contender(lakehouse("verify"), environment=environment)
    last: dict[str, Any] = {}
    measured: dict[str, list[Any]] = {"run": [], "verify": []}
    for _ in range(plan.runs):
        measured["run"] += side_by_side({"run": run}, 1)["run"]
        last = steps(home, measured["run"][-1])
        measured["verify"] += side_by_side({"verify": verify}, 1)["verify"]
    return {"files": len(list(landing.iterdir())), "steps": last, **{k: medians(v) for k, v in measured.items()}}


def _landing(plan: Plan) -> Path:
    if plan.share >= 1:
        return plan.uci
    landing = plan.work / "uci-landing"
    landing.mkdir()
    files = sorted(plan.uci.iterdir())
    for file in files[: max(1, round(len(files) * plan.share))]:
        shutil.copy(file, landing)
    return landing


def section(data: dict[str, Any]) -> Section:
    """Show a run's cost, step by step."""
    run, verify = data["run"], data["verify"]
    peak = run["peak_bytes"]
    whole = [(f"lakehouse {name}", *cost(data[name])) for name in ("run", "verify")]
    by_step = [(name, seconds(s["wall_seconds"]), seconds(s["cpu_seconds"])) for name, s in data["steps"].items()]
    return Section(
        TITLE,
        ABOUT,
        targets=(
            Target(
                "UCI, landing to warehouse", f"{WALL_SECONDS} s", f"{run['wall_seconds']:.1f} s",
                run["wall_seconds"] <= WALL_SECONDS,
            ),
            Target(
                "UCI, memory", f"{MEMORY_GB} GB", f"{gigabytes(peak)} GB", peak <= MEMORY_GB * 2**30
            ),
        ),
        grids=(
            Grid(("Command", *COST), whole),
            Grid(("Step of the last run", "Wall s", "CPU s"), by_step),
        ),
        notes=f"Run and verification together: {run['wall_seconds'] + verify['wall_seconds']:.1f} s.",
        chart=bars([(name, "wall s", s["wall_seconds"]) for name, s in data["steps"].items()], "wall seconds"),
    )  # fmt: skip
