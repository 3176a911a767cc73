"""The commands, and how an error reaches the user: one message on standard error, an exit code for scripts."""

from __future__ import annotations

import logging
import os
import sys
import traceback
from importlib.metadata import version
from typing import Annotated

import typer

from lakehouse.cli import aws, cost, forecast, glue, look, maintain, report, run, send, source
from lakehouse.cli.present import Warnings, errors
from lakehouse.errors import LakehouseError
from lakehouse.logs import LOGGER, tell, tell_failure

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=(
        "Raw orders to a star schema in the warehouse, and back to every single row.\n\n"
        'Start with `lakehouse demo`; then `lakehouse query "select * from MARTS.SALES_BY_MONTH"`. '
        "For your own shop: `lakehouse source check my_shop.toml FOLDER`, then "
        "`lakehouse run --source my_shop.toml --landing FOLDER`.\n\n"
        "Exit codes: 0 done, 1 failed, 2 wrong use, 3 machine lacks something, 4 mapping, 5 landing, 6 busy, "
        "7 ledger differs, 8 held by quarantine, 9 warehouse, 10 no forecast, 11 MLflow."
    ),
)
run.register(app)
look.register(app)
maintain.register(app)
cost.register(app)
send.register(app)
report.register(app)
app.add_typer(source.app, name="source")
app.add_typer(forecast.app, name="forecast")
app.add_typer(aws.app, name="aws")
app.add_typer(glue.app, name="glue")


def _tell_version(asked: bool) -> None:
    if asked:
        typer.echo(f"lakehouse {version('softcart-lakehouse')}")
        raise typer.Exit


@app.callback()
def _every_command(
    _version: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run the command line. LAKEHOUSE_DEBUG=1 shows where an error comes from."""
    LOGGER.addHandler(Warnings(logging.WARNING))
    try:
        app()
    except LakehouseError as error:
        if os.environ.get("LAKEHOUSE_DEBUG"):
            traceback.print_exc()
        tell_failure(error)
        errors.print("[bold red]Error:[/] ", end="")
        errors.print(str(error), markup=False, highlight=False)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        tell("run stopped", exit_code=130)
        errors.print("Stopped. What was written is whole; `lakehouse run` goes on from there.")
        sys.exit(130)
