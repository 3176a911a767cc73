"""Generated lines from landing to the fact, beside DuckDB doing the same work and coming to the same answer."""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

from benchmarks.charts import bars
from benchmarks.duckdb_pipeline.answer import Answer, answer_of_lake, answer_of_peer, differing
from benchmarks.measure import CommandFailed, Contender, lakehouse, medians, python, side_by_side
from benchmarks.page import Grid, Section, Target
from benchmarks.results import Plan
from benchmarks.runs import steps, without
from benchmarks.text import COST, cost, gigabytes
from lakehouse.generator import generate

TITLE = "Generated lines, landing to fact, beside DuckDB"
ABOUT = """
`lakehouse generate` writes SoftCart's order events with their faults as gzip JSON lines. The lakehouse takes them
through bronze, silver, dimensions, fact and daily sales with its usual jobs; the warehouse is left out. DuckDB does the
same with the SQL of `benchmarks/duckdb_pipeline`: text kept, every rule judged, duplicates and states decided, versions
of products and customers, fact and daily sales, as Parquet. Both answers are held against each other: each record's
disposition with its file and line, each quarantined record's reasons, every version, every fact with the versions it
points at, every day.

What DuckDB does not do here: remember what it has read, take in a day or a changed row without reading everything
again, carry numbers beyond a double's fifteen digits through JSON, survive being killed, balance a ledger.
"""
SIZES = {1_000_000: 8.6, 10_000_000: 3.1}
"""Lines, and how many times DuckDB's wall time is the most that ours may take."""
MEMORY_GB = 6


def measure(plan: Plan) -> dict[str, Any]:
    """Measure both at every size; the largest once only."""
    sizes = sorted({plan.lines(size) for size in SIZES})
    return {"sizes": [_measure(plan, lines, 1 if lines == sizes[-1] else plan.runs) for lines in sizes]}


def _measure(plan: Plan, lines: int, runs: int) -> dict[str, Any]:
    landing, home, out = (plan.work / name for name in ("landing", "home", "duckdb"))
    generate(landing, lines=lines)
    to_daily_sales = without("publish_to_warehouse", "forecast_sales")
    contenders = {
        "lakehouse": Contender(
            lakehouse("run", "--source", "softcart", "--landing", str(landing), *to_daily_sales),
            prepare=lambda: shutil.rmtree(home, ignore_errors=True),
            environment={"LAKEHOUSE_HOME": str(home)},
        ),
        "duckdb": Contender(
            python("-m", "benchmarks.duckdb_pipeline", str(out), str(landing)),
            prepare=lambda: shutil.rmtree(out, ignore_errors=True),
        ),
    }
    measured = side_by_side(contenders, runs)
    answer = same_answer(home / "lake", out)
    return {
        "lines": lines,
        **{name: medians(several) for name, several in measured.items()},
        "steps": steps(home, measured["lakehouse"][-1]),
        "dispositions": [row[:4] for row in answer["dispositions"]],
        "facts": sum(row[1] for row in answer["fact_sales"]),
    }


def same_answer(lake: Path, out: Path) -> Answer:
    """The answer that both came to.

    Raises:
        CommandFailed: they differ; the message names the tables.
    """
    ours, theirs = answer_of_lake(lake), answer_of_peer(out)
    if different := differing(ours, theirs):
        raise CommandFailed(f"The lakehouse and DuckDB came to different answers in {', '.join(different)}")
    return ours


def section(data: dict[str, Any]) -> Section:
    """Show both costs at each size, their ratio, and the answer."""
    return Section(
        TITLE,
        ABOUT,
        targets=[t for size, most in zip(data["sizes"], SIZES.values(), strict=False) for t in _targets(size, most)],
        grids=(
            Grid(("Lines", "", *COST), [row for size in data["sizes"] for row in _rows(size)]),
            _answer(data["sizes"][-1]),
        ),
        chart=bars(
            [
                (f"{size['lines']:,} lines", label, size[name]["wall_seconds"])
                for size in data["sizes"]
                for name, label in NAMES.items()
            ],
            "wall seconds",
        ),
    )


NAMES = {"lakehouse": "lakehouse (Spark, Delta)", "duckdb": "DuckDB"}


def _targets(size: dict[str, Any], most: float) -> list[Target]:
    lines, ratio = f"{size['lines']:,} lines", _ratio(size, "wall_seconds")
    met = Target(f"{lines}, landing to fact, beside DuckDB", f"below {most}x", f"{ratio:.2f}x", ratio < most)
    peak = size["lakehouse"]["peak_bytes"]
    memory = Target(f"{lines}, memory", f"{MEMORY_GB} GB", f"{gigabytes(peak)} GB", peak <= MEMORY_GB * 2**30)
    return [met, memory]


def _rows(size: dict[str, Any]) -> list[tuple[str, ...]]:
    rows = [(f"{size['lines']:,}", label, *cost(size[name])) for name, label in NAMES.items()]
    ratios = (f"{_ratio(size, name):.2f}x" for name in ("wall_seconds", "cpu_seconds", "peak_bytes"))
    return [*rows, ("", "ratio", *ratios)]


def _ratio(size: dict[str, Any], name: str) -> float:
    return float(size["lakehouse"][name] / size["duckdb"][name])


def _answer(size: dict[str, Any]) -> Grid:
    rows = [
        (name, f"{rows:,}", f"{Decimal(amount):,}", f"{without:,}")
        for name, rows, amount, without in size["dispositions"]
    ]
    caption = f"The answer that both came to at {size['lines']:,} lines, {size['facts']:,} of them facts:"
    return Grid(("Disposition", "Lines", "Amount USD", "Without amount"), rows, caption)
