"""The command cost."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated, Any

import typer

from lakehouse.cli.options import Format, OutputFormat
from lakehouse.cli.present import output, print_csv, print_json, print_table
from lakehouse.cost import MEASURED, MILLION, Assumptions, RunCost, measured_cpu, run_cost, runs_a_day
from lakehouse.pipeline import load_jobs

COLUMNS = ("lines a day", "run", "lines", "minutes", "workers", "DPU-hours", "USD a run", "USD a million lines")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(cost)


def cost(
    millions_a_day: Annotated[
        list[int] | None, typer.Option("--millions-a-day", help="Million lines that land in a day.", min=1)
    ] = None,
    runs: Annotated[
        int | None, typer.Option("--runs-a-day", help="Runs in a day; else as pipeline.yaml schedules them.", min=1)
    ] = None,
    history_days: Annotated[int, typer.Option(help="Days that a full rebuild goes through.", min=1)] = 365,
    output_format: OutputFormat = Format.TABLE,
) -> None:
    """Estimate what runs would cost on AWS Glue, from the CPU that was measured, with all that is assumed."""
    runs = runs or runs_a_day()
    days = [million * MILLION for million in millions_a_day or (1, 100, 10_000)]
    estimates = [estimate for lines in days for estimate in _estimates(lines, runs, history_days)]
    rows = [_row(*estimate) for estimate in estimates]
    if output_format == Format.CSV:
        print_csv(COLUMNS, rows)
    elif output_format == Format.JSON:
        print_json({"assumptions": _assumptions(), "measured": json.loads(MEASURED.read_text()),
                    "runs": [_as_json(*estimate) for estimate in estimates]})  # fmt: skip
    else:
        print_table("What a run would cost on AWS Glue", COLUMNS, rows)
        print_table("What is assumed", ("assumption", "value", "what it is"), Assumptions().reasons())
        _print_measured()


def _estimates(lines_a_day: int, runs: int, history_days: int) -> list[tuple[int, str, RunCost]]:
    jobs, assumed = load_jobs(), Assumptions()
    added = run_cost(jobs, measured_cpu("added"), lines_a_day // runs, assumed)
    full = run_cost(jobs, measured_cpu("full"), lines_a_day * history_days, assumed)
    return [(lines_a_day, f"one of {runs} a day, in order", added),
            (lines_a_day, f"full rebuild of {history_days} days", full)]  # fmt: skip


def _row(lines_a_day: int, run: str, estimate: RunCost) -> tuple[Any, ...]:
    workers = max(job.workers for job in estimate.jobs)
    per_million = estimate.usd * MILLION / max(estimate.lines, 1)
    bill = round(estimate.dpu_hours, 3), round(estimate.usd, 2), round(per_million, 4)
    return lines_a_day, run, estimate.lines, estimate.seconds / 60, workers, *bill


def _assumptions() -> list[dict[str, Any]]:
    return [{"name": name, "value": value, "reason": reason} for name, value, reason in Assumptions().reasons()]


def _as_json(lines_a_day: int, run: str, estimate: RunCost) -> dict[str, Any]:
    return {"lines_a_day": lines_a_day, "run": run, **asdict(estimate), "seconds": estimate.seconds,
            "dpu_hours": estimate.dpu_hours, "usd": estimate.usd}  # fmt: skip


def _print_measured() -> None:
    measured = json.loads(MEASURED.read_text())
    rows = [
        (job, *(ways[way][part] for way in ("added", "full") for part in ("fixed", "per_million")))
        for job, ways in measured["jobs"].items()
    ]
    columns = ("job", "added: fixed", "per million lines", "full: fixed", "per million lines ")
    print_table("CPU seconds measured", columns, rows)
    output.print(
        f"Measured {measured['measured_at']} on {measured['machine']}: `make bench ONLY=cost` measures anew. "
        "Glue alone: S3, Kinesis and Snowflake are not in it; publishing is measured with the embedded warehouse.",
        highlight=False, markup=False,
    )  # fmt: skip
