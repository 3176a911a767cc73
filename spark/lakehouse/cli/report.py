"""The command report."""

from __future__ import annotations

from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from lakehouse.cli.look import open_warehouse
from lakehouse.cli.options import Home
from lakehouse.cli.present import output
from lakehouse.errors import EnvironmentProblem
from lakehouse.settings import State, open_state


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(report)


def report(
    home: Home = None,
    out: Annotated[Path | None, typer.Option(help="File to write; without it report.html in the state folder.")] = None,
) -> None:
    """Write everything there is to see into one HTML file, which needs no network: open it, mail it, print it."""
    _require_packages()
    state = open_state(home)
    write_report(state, out or state.home / "report.html")


def write_report(state: State, file: Path) -> None:
    """Write the state's report, and say where it is.

    Raises:
        EnvironmentProblem: the packages that draw it are not installed.
    """
    _require_packages()
    from lakehouse.report.data import read_report
    from lakehouse.report.page import write_page

    with closing(open_warehouse(state)) as warehouse:
        found = read_report(state, warehouse)
    write_page(found, file)
    output.print(f"The report is in {file} ({file.stat().st_size / 1e6:.1f} MB).", highlight=False, markup=False)


def _require_packages() -> None:
    missing = [name for name in ("altair", "jinja2", "vl_convert") if find_spec(name) is None]
    if missing:
        raise EnvironmentProblem(
            f"The report needs {', '.join(missing)}, which this Python lacks. "
            "Install them with pip install 'softcart-lakehouse[report]'; in a checkout, `make setup` brings them."
        )
