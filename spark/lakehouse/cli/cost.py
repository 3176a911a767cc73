"""The command cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from enum import StrEnum
from typing import Annotated, Any

import typer

from lakehouse.cli.options import Format, OutputFormat
from lakehouse.cli.present import output, print_csv, print_json, print_table
from lakehouse.cost import (
    COLUMNS,
    ENVIRONMENTS,
    MILLION,
    Assumptions,
    Bill,
    Estimate,
    Measured,
    Volumes,
    estimates,
    month,
    runs_a_day,
)
from lakehouse.cost.bill import HISTORY_DAYS
from lakehouse.cost.document import ITEM_COLUMNS, MILLIONS_A_DAY, RUNS_MILLIONS_A_DAY, bill_table, item_row
from lakehouse.errors import UsageError


class EnvironmentName(StrEnum):
    """An environment of infra/envs."""

    DEV = "dev"
    PROD = "prod"


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
    history_days: Annotated[
        int, typer.Option(help="Days that a full rebuild goes through, and that lie in the lake.", min=1)
    ] = HISTORY_DAYS,
    by_month: Annotated[
        bool, typer.Option("--month", help="A month's bill of all services, an idle month first.")
    ] = False,
    environment: Annotated[
        list[EnvironmentName] | None, typer.Option(help="With --month: of infra/envs; else both.")
    ] = None,
    mlflow: Annotated[
        bool, typer.Option("--mlflow", help="With --month: MLflow's servers and the forecast too.")
    ] = False,
    output_format: OutputFormat = Format.TABLE,
) -> None:
    """Estimate what runs would cost on AWS Glue, or a month of all services, with all that is assumed."""
    measured = Measured.read()
    if by_month:
        lines = [0, *(million * MILLION for million in millions_a_day or MILLIONS_A_DAY)]
        chosen = [ENVIRONMENTS[name] for name in environment or list(EnvironmentName)]
        chosen = [replace(one, mlflow=mlflow, runs_a_day=runs or one.runs_a_day) for one in chosen]
        bills = [[month(one, count, measured, history_days=history_days) for count in lines] for one in chosen]
        _show_bills(bills, measured, output_format)
        return
    if environment or mlflow:
        raise UsageError("--environment and --mlflow are of a month's bill: say --month too.")
    lines = [million * MILLION for million in millions_a_day or RUNS_MILLIONS_A_DAY]
    _show_runs(estimates(measured, lines, runs or runs_a_day(), history_days), measured, output_format)


def _show_runs(found: Sequence[Estimate], measured: Measured, output_format: Format) -> None:
    if output_format == Format.CSV:
        print_csv(COLUMNS, [estimate.row() for estimate in found])
    elif output_format == Format.JSON:
        assumed = _named(Assumptions().reasons())
        print_json({"assumptions": assumed, "measured": asdict(measured), "runs": [_as_json(e) for e in found]})
    else:
        print_table("What a run would cost on AWS Glue", COLUMNS, [estimate.row() for estimate in found])
        print_table("What is assumed", ("assumption", "value", "what it is"), Assumptions().reasons())
        _print_measured(measured)


def _show_bills(bills: Sequence[Sequence[Bill]], measured: Measured, output_format: Format) -> None:
    every = [bill for of_one in bills for bill in of_one]
    if output_format == Format.CSV:
        rows = [(bill.environment.name, bill.lines_a_day, *item_row(i)) for bill in every for i in bill.items]
        print_csv(("environment", "lines a day", *ITEM_COLUMNS), rows)
    elif output_format == Format.JSON:
        assumed = _named([*Assumptions().reasons(), *Volumes().reasons()])
        print_json({"assumptions": assumed, "measured": asdict(measured), "months": [_bill_as_json(b) for b in every]})
    else:
        for of_one in bills:
            print_table(f"A month of {of_one[0].environment.name}, USD", *bill_table(of_one))
        for bill in every:
            for note in bill.notes:
                told = f"{bill.environment.name}, {bill.lines_a_day:,} lines a day: {note}"
                output.print(told, highlight=False, markup=False)
        output.print(
            f"CPU measured {measured.measured_at} on {measured.machine}. docs/cost.md has formulas and prices.",
            highlight=False, markup=False,
        )  # fmt: skip


def _named(reasons: Sequence[tuple[str, Any, str]]) -> list[dict[str, Any]]:
    return [dict(zip(("name", "value", "reason"), row, strict=True)) for row in reasons]


def _as_json(estimate: Estimate) -> dict[str, Any]:
    run = estimate.run
    return {**asdict(estimate), "seconds": run.seconds, "dpu_hours": run.dpu_hours, "usd": run.usd}


def _bill_as_json(bill: Bill) -> dict[str, Any]:
    items = [{**asdict(item), "usd": item.usd} for item in bill.items]
    return {**asdict(bill), "items": items, "by_service": bill.by_service(), "usd": bill.usd}


def _print_measured(measured: Measured) -> None:
    rows = [
        (job, measured.added[job].fixed, measured.added[job].per_million, cpu.fixed, cpu.per_million)
        for job, cpu in measured.full.items()
    ]
    columns = ("job", "added: a run", "added: a million lines", "full: a run", "full: a million lines")
    print_table("CPU seconds", columns, rows)
    output.print(
        f"Measured {measured.measured_at} on {measured.machine}; `make bench ONLY=cost` measures anew. Glue alone: "
        "`lakehouse cost --month` has the other services; publishing is measured with the embedded warehouse.",
        highlight=False, markup=False,
    )  # fmt: skip
