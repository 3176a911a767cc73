"""The pure transforms on Sail, beside Spark and DuckDB, from the same bronze rows to the same answer."""

from __future__ import annotations

import json
import shutil
from functools import partial
from statistics import median
from typing import Any

from deltalake import DeltaTable

from benchmarks import measure as measuring
from benchmarks.charts import bars
from benchmarks.duckdb_pipeline.answer import answer_of_peer, differing
from benchmarks.measure import CommandFailed, Contender, Measurement, lakehouse, medians, python, side_by_side
from benchmarks.page import Grid, Section, Target
from benchmarks.results import Plan
from benchmarks.text import COST, cost, seconds
from lakehouse.generator import generate
from lakehouse.uptodate import data_files

TITLE = "The pure transforms on Sail"
ABOUT = """
[Sail](https://lakesail.com) runs the same DataFrame code over Spark Connect, in Rust. Bronze rows of 1 million
generated lines, written by `ingest_orders`, are taken to daily sales by `transforms/` as they stand, with two
expressions put otherwise on both engines (`benchmarks/transforms_work/portable.py`), and written as plain Parquet.
DuckDB does the same by the SQL of the figure above. **Work** is the time in which tables are built, without the start
of Python, JVM or server. [What Sail can and cannot replace](decisions/sail.md).
"""
LINES, MOST = 1_000_000, 1.5
KNOWN_WRONG = {"dim_date"}
"""Tables in which Sail 0.7.2 is known to differ: its weekday of a Sunday is -1."""
NAMES = {"spark": "Spark", "sail": "Sail", "duckdb": "DuckDB"}


def measure(plan: Plan) -> dict[str, Any]:
    """Measure all three on the same bronze rows, and try what else the lakehouse asks of an engine on Sail.

    Raises:
        CommandFailed: an answer differs in a table in which it is not known to.
    """
    bronze = _bronze(plan)
    commands = {
        "spark": python("-m", "benchmarks.transforms_work", "spark", str(plan.work / "spark"), *bronze),
        "sail": python("-m", "benchmarks.transforms_work", "sail", str(plan.work / "sail"), *bronze),
        "duckdb": python("-m", "benchmarks.duckdb_pipeline", str(plan.work / "duckdb"), "--bronze", *bronze),
    }
    contenders = {
        name: Contender(command, prepare=partial(shutil.rmtree, plan.work / name, ignore_errors=True))
        for name, command in commands.items()
    }
    measured = side_by_side(contenders, plan.runs)
    return {
        "lines": plan.lines(LINES),
        "differing": _differing(plan),
        **{name: _figures(runs) for name, runs in measured.items()},
        "probes": _probes(plan),
    }


def _bronze(plan: Plan) -> list[str]:
    landing, home = plan.work / "landing", plan.work / "home"
    generate(landing, lines=plan.lines(LINES))
    ingest = lakehouse("run", "--source", "softcart", "--landing", str(landing), "--job", "ingest_orders")
    measuring.measure(ingest, {"LAKEHOUSE_HOME": str(home)})
    return sorted(data_files(DeltaTable(str(home / "lake" / "bronze" / "order_lines_raw"))))


def _differing(plan: Plan) -> dict[str, list[str]]:
    answers = {name: answer_of_peer(plan.work / name) for name in NAMES}
    found = {name: differing(answers["spark"], answers[name]) for name in ("sail", "duckdb")}
    if found["duckdb"] or set(found["sail"]) - KNOWN_WRONG:
        raise CommandFailed(f"The answers differ from Spark's: {found}")
    return found


def _figures(runs: list[Measurement]) -> dict[str, Any]:
    told = [json.loads(run.output.splitlines()[-1]) for run in runs]
    tables = {table: median(one[table] for one in told) for table in told[0]}
    return {**medians(runs), "tables": tables, "work_seconds": round(median(sum(one.values()) for one in told), 2)}


def _probes(plan: Plan) -> dict[str, str]:
    folder = plan.work / "probes"
    folder.mkdir()
    told = measuring.measure(python("-m", "benchmarks.transforms_work", "sail", str(folder)))
    found: dict[str, str] = json.loads(told.output.splitlines()[-1])
    return found


def section(data: dict[str, Any]) -> Section:
    """Show the three side by side, and what Sail cannot do."""
    ratio = data["sail"]["work_seconds"] / data["duckdb"]["work_seconds"]
    rows = [(NAMES[name], seconds(data[name]["work_seconds"]), *cost(data[name])) for name in NAMES]
    grids = (
        Grid((f"{data['lines']:,} lines", "Work s", *COST), rows),
        _by_table(data),
        Grid(("What the lakehouse asks of an engine", "On Sail"), list(data["probes"].items())),
    )
    wrong = ", ".join(data["differing"]["sail"]) or "none"
    return Section(
        TITLE,
        ABOUT,
        (Target("Pure transforms on Sail, beside DuckDB", f"{MOST}x", f"{ratio:.2f}x", ratio <= MOST),),
        grids,
        notes=f"DuckDB's answer equals Spark's in every row. Tables in which Sail's differs: {wrong}.",
        chart=bars([(NAMES[name], "work s", data[name]["work_seconds"]) for name in NAMES], "seconds of work"),
    )


def _by_table(data: dict[str, Any]) -> Grid:
    tables = data["spark"]["tables"]
    rows = [(table, *(seconds(data[name]["tables"].get(table, 0.0)) for name in NAMES)) for table in tables]
    return Grid(("Seconds by table", *NAMES.values()), rows)
