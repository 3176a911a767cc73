"""`make bench`: measures the figures, keeps them as JSON, and writes docs/benchmarks.md with its charts."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Annotated, Any, Protocol

import typer

from benchmarks.figures import beside_duckdb, forecast, glue_cost, one_day, sail, serving, uci, warehouse
from benchmarks.machine import keep_to_cores
from benchmarks.measure import CommandFailed
from benchmarks.page import Section, write_page
from benchmarks.results import Plan, Result, read_result, result_of
from lakehouse.errors import LakehouseError

ROOT = Path(__file__).parents[1]
TRIALS = ROOT / ".lakehouse" / "benchmarks"
"""Where the work is done, and the page of a trial goes."""
QUICK = 0.02


class Figure(Protocol):
    """What a module in `benchmarks.figures` has."""

    TITLE: str
    ABOUT: str

    def measure(self, plan: Plan) -> dict[str, Any]:
        """Measure; returns what can be kept as JSON."""

    def section(self, data: dict[str, Any]) -> Section:
        """Show what was measured."""


FIGURES: dict[str, Figure] = {
    "uci": uci,
    "duckdb": beside_duckdb,
    "sail": sail,
    "one_day": one_day,
    "warehouse": warehouse,
    "cost": glue_cost,
    "forecast": forecast,
    "serving": serving,
}


def main(
    only: Annotated[list[str] | None, typer.Option(help=f"Only this figure: {', '.join(FIGURES)}.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Small sizes, once: a trial, kept out of docs/.")] = False,
    share: Annotated[float, typer.Option(help="Part of the full size; a trial where it is not 1.")] = 1.0,
    runs: Annotated[int, typer.Option(help="How often each contender runs.")] = 3,
    page: Annotated[bool, typer.Option("--page", help="Only write the page anew, from what was measured.")] = False,
    uci_files: Annotated[Path, typer.Option(help="Folder of the UCI Online Retail files.")] = (
        ROOT.parent / "shared" / "data" / "uci_online_retail"
    ),
) -> None:
    """Measure the figures and write their page: docs/benchmarks.md, or .lakehouse/benchmarks/ for a trial."""
    share, runs = (QUICK, 1) if quick else (share, runs)
    docs = ROOT / "docs" if share == 1 else TRIALS
    plan = Plan(TRIALS / "work", uci_files, share, runs)
    keep_to_cores()
    write_pages(docs)
    if page:
        return
    failed = [name for name in only or FIGURES if not _measure_and_show(name, plan, docs)]
    if failed:
        sys.exit(f"Not measured: {', '.join(failed)}")


def _measure_and_show(name: str, plan: Plan, docs: Path) -> bool:
    """Measure one figure and write the page with it; where it fails, say why and go on with the others."""
    print(f"{name} ...", flush=True)
    try:
        _measure(name, plan).write(docs / "benchmarks")
    except (CommandFailed, LakehouseError, OSError) as error:
        print(f"{name}: {error}", file=sys.stderr)
        return False
    write_pages(docs)
    return True


def _measure(name: str, plan: Plan) -> Result:
    shutil.rmtree(plan.work, ignore_errors=True)
    plan.work.mkdir(parents=True)
    try:
        data = FIGURES[name].measure(plan)
    finally:
        shutil.rmtree(plan.work, ignore_errors=True)
    return result_of(name, f"make bench ONLY={name}", plan.share, data)


def write_pages(docs: Path) -> None:
    """Write `benchmarks.md` in `docs` from the results in its folder `benchmarks`."""
    results = {name: read_result(docs / "benchmarks", name) for name in FIGURES}
    write_page(docs / "benchmarks.md", {name: (_section(name, result), result) for name, result in results.items()})


def _section(name: str, result: Result | None) -> Section:
    figure = FIGURES[name]
    return figure.section(result.data) if result else Section(figure.TITLE, figure.ABOUT)


if __name__ == "__main__":
    typer.run(main)
