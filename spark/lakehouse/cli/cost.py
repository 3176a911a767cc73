"""The command cost."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from lakehouse.cli.options import Format, OutputFormat
from lakehouse.cli.present import output, print_csv, print_json, print_table
from lakehouse.cost import COLUMNS, MILLION, Assumptions, Estimate, Measured, estimates, runs_a_day


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
    measured = Measured.read()
    lines = [million * MILLION for million in millions_a_day or (1, 100, 10_000)]
    found = estimates(measured, lines, runs or runs_a_day(), history_days)
    if output_format == Format.CSV:
        print_csv(COLUMNS, [estimate.row() for estimate in found])
    elif output_format == Format.JSON:
        assumed = [dict(zip(("name", "value", "reason"), row, strict=True)) for row in Assumptions().reasons()]
        print_json({"assumptions": assumed, "measured": asdict(measured), "runs": [_as_json(e) for e in found]})
    else:
        print_table("What a run would cost on AWS Glue", COLUMNS, [estimate.row() for estimate in found])
        print_table("What is assumed", ("assumption", "value", "what it is"), Assumptions().reasons())
        _print_measured(measured)


def _as_json(estimate: Estimate) -> dict[str, Any]:
    run = estimate.run
    return {**asdict(estimate), "seconds": run.seconds, "dpu_hours": run.dpu_hours, "usd": run.usd}


def _print_measured(measured: Measured) -> None:
    rows = [
        (job, measured.added[job].fixed, measured.added[job].per_million, cpu.fixed, cpu.per_million)
        for job, cpu in measured.full.items()
    ]
    columns = ("job", "added: a run", "added: a million lines", "full: a run", "full: a million lines")
    print_table("CPU seconds", columns, rows)
    output.print(
        f"Measured {measured.measured_at} on {measured.machine}; `make bench ONLY=cost` measures anew. Glue alone: S3, "
        "Kinesis and Snowflake are not in it; publishing is measured with the embedded warehouse.",
        highlight=False, markup=False,
    )  # fmt: skip
