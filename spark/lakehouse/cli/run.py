"""Commands that change a state: demo, generate, run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from lakehouse.cli.look import asked, ledger_of
from lakehouse.cli.options import Home, Log, LogFormat
from lakehouse.cli.present import errors, output, print_ledger, print_set_aside, print_table, print_times
from lakehouse.cli.report import write_report
from lakehouse.generator import MANIFEST_NAME, Manifest, generate
from lakehouse.logs import write_json_lines
from lakehouse.pipeline import Options, RunReport, chosen_jobs, run_pipeline
from lakehouse.settings import ROOT, State, state_for_run
from lakehouse.uptodate import files_set_aside

Source = Annotated[str | None, typer.Option(help="A built-in source, or the path of a mapping file (.toml).")]
Landing = Annotated[str | None, typer.Option(help="Folder, or s3://bucket/prefix, of the files as they landed.")]

_BY_MONTH = "select * from SOFTCART.MARTS.SALES_BY_MONTH order by 1, 2"
_NEXT_WEEK = """
    select ORDER_DATE, CURRENCY, LOW, MEAN, HIGH, MODEL from SOFTCART.MARTS.SALES_FORECAST
    where LEVEL = 'total' and CUTOFF = (select max(CUTOFF) from SOFTCART.MARTS.SALES_FORECAST)
        and ORDER_DATE <= CUTOFF + 7
    order by CURRENCY, ORDER_DATE
"""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(demo)
    app.command("generate")(generate_orders)
    app.command()(run)


def demo(
    source: Source = None,
    landing: Landing = None,
    home: Home = None,
    lines: Annotated[int, typer.Option(help="Lines to generate, where no landing folder is given.")] = 200_000,
    days: Annotated[int, typer.Option(help="Days to generate, likewise.")] = 400,
    seed: Annotated[int, typer.Option(help="Seed of the generator, likewise.")] = 1,
) -> None:
    """Run everything once, landing to warehouse, and show what came of it.

    Without a landing folder, SoftCart's orders are generated first.
    """
    source = source or "softcart"
    if landing is None and source == "softcart":
        generated = ROOT / "landing" / source
        if not _is_generated(generated, lines, days, seed):
            _generate(generated, lines, days, seed, changes=False)
        landing = str(generated)
    state = state_for_run(home, source, landing)
    report = _run(state, Options())
    output.print()
    print_ledger(ledger_of(state))
    print_table("Sales by month", *asked(state, _BY_MONTH))
    _print_forecast(state)
    print_times(report)
    print_set_aside(files_set_aside(state))
    write_report(state, state.home / "report.html")
    _what_next(state)


def generate_orders(
    out: Annotated[Path, typer.Option(help="Landing folder to write to; replaced if it holds an earlier generation.")],
    lines: Annotated[int, typer.Option(help="Lines that land in all, duplicates and bad ones included.")] = 200_000,
    days: Annotated[int, typer.Option(help="Business days over which they come in.")] = 400,
    seed: Annotated[int, typer.Option(help="The same seed gives the same lines.")] = 1,
    changes: Annotated[bool, typer.Option("--changes", help="Also send some lines again, changed or deleted.")] = False,
) -> None:
    """Generate SoftCart's order events, with known faults: the folder's _manifest.json tells how many of each."""
    _generate(out, lines, days, seed, changes=changes)


def run(
    source: Source = None,
    landing: Landing = None,
    home: Home = None,
    job: Annotated[list[str] | None, typer.Option("--job", help="Only this job; may be given several times.")] = None,
    full_refresh: Annotated[bool, typer.Option("--full-refresh", help="Rebuild every table from landing.")] = False,
    retry_quarantine: Annotated[
        bool, typer.Option("--retry-quarantine", help="Judge quarantined lines, and files set aside, again.")
    ] = False,
    accept_quarantine: Annotated[
        bool, typer.Option("--accept-quarantine", help="Publish although many lines are quarantined.")
    ] = False,
    log_format: Log = LogFormat.TEXT,
) -> None:
    """Bring the tables and the warehouse up to date with the landing folder: only what is new or changed is read.

    Source and landing are remembered: a later bare `lakehouse run` goes on with them.
    """
    if log_format is LogFormat.JSON:
        write_json_lines()
        errors.quiet = True
    state = state_for_run(home, source, landing)
    report = _run(state, Options(tuple(job or ()), full_refresh, retry_quarantine, accept_quarantine))
    print_set_aside(files_set_aside(state), console=errors)
    if report.up_to_date:
        errors.print(f"Nothing to do: {state.home} is up to date with {state.landing}.")
        return
    print_times(report, console=errors)


def _print_forecast(state: State) -> None:
    columns, rows = asked(state, _NEXT_WEEK)
    if rows:
        print_table("Net sales of the week to come, as forecast", columns, rows)


def _is_generated(landing: Path, lines: int, days: int, seed: int) -> bool:
    if not (landing / MANIFEST_NAME).is_file():
        return False
    manifest = Manifest.read(landing)
    return (manifest.lines, manifest.days, manifest.seed) == (lines, days, seed)


def _generate(out: Path, lines: int, days: int, seed: int, *, changes: bool) -> None:
    with _progress() as progress:
        bar = progress.add_task("generating orders", total=lines)
        manifest = generate(
            out, lines=lines, days=days, seed=seed, changes=changes,
            on_progress=lambda done: progress.update(bar, completed=done),
        )  # fmt: skip
    errors.print(f"{manifest.lines:,} lines in {manifest.files:,} files: {out}")


def _run(state: State, options: Options) -> RunReport:
    steps = ["session", *(job.name for job in chosen_jobs(options.jobs))]
    with _progress() as progress:
        bars = {step: progress.add_task(step, total=1, start=False) for step in steps}

        def on_job(step: str, event: str) -> None:
            if event == "start":
                progress.start_task(bars[step])
            else:
                progress.update(bars[step], completed=1)

        return run_pipeline(state, options, on_job)


def _progress() -> Progress:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    # A dumb terminal or a log file gets none of the bars.
    return Progress(*columns, console=errors, disable=not errors.is_terminal or errors.is_dumb_terminal)


def _what_next(state: State) -> None:
    output.print(
        f"\nThe state is in {state.home}. What to try next:\n"
        '  .venv/bin/lakehouse query "select * from MARTS.SALES_BY_COUNTRY"\n'
        "  .venv/bin/lakehouse status              tables, rows, freshness, last runs\n"
        "  .venv/bin/lakehouse forecast accuracy   how good each model was on days it had not seen\n"
        "  .venv/bin/lakehouse verify              recompute everything from landing and compare\n"
        "  .venv/bin/lakehouse run                 again: only what is new is read\n"
        "  docs/bring-your-own-orders.md           load your own shop's export",
        highlight=False, markup=False,
    )  # fmt: skip
