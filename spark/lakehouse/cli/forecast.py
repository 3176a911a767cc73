"""Commands on the sales forecast: accuracy, models, rollback, serve, ui."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import typer

from lakehouse.cli.options import Format, Home, OutputFormat
from lakehouse.cli.present import errors, output, print_csv, print_json, print_table
from lakehouse.errors import TrackingError, UsageError
from lakehouse.forecasting.registry import MODEL, champion, roll_back, versions
from lakehouse.forecasting.store import load_mlflow, local_file, local_store, opened
from lakehouse.model import FORECAST_ACCURACY
from lakehouse.settings import find_home, open_state
from lakehouse.uptodate import table_rows

app = typer.Typer(no_args_is_help=True, help="The sales forecast: its versions, and the champion over HTTP.")

Store = Annotated[
    str | None,
    typer.Option(help="MLflow tracking URI. Without it: the state's own.", envvar="MLFLOW_TRACKING_URI"),
]
Host = Annotated[str, typer.Option(help="Address to listen on; other machines reach 0.0.0.0, and nobody is asked who.")]
_SCORES = ("cutoff", "level", "model", "wape", "mase", "bias", "coverage")
_COLUMNS = ("version", "champion", "model", "cutoff", "champion_before", "run")


def store_of(home: Path | None, store: str | None) -> str:
    """The store named, else the state's.

    Raises:
        UsageError: the state has none yet.
    """
    chosen = store or local_store(find_home(home))
    file = local_file(chosen)
    if file is not None and not file.is_file():
        raise UsageError(f"No forecast has been trained in {file.parent} yet: `lakehouse run` does.")
    return chosen


@app.command()
def models(home: Home = None, store: Store = None, output_format: OutputFormat = Format.TABLE) -> None:
    """List the registered versions, the latest first."""
    with opened(store_of(home, store)) as client:
        present, found = champion(client), versions(client)
    rows = [(v.number, v == present, v.model, v.cutoff.isoformat(), v.previous, v.run_id) for v in found]
    _show(f"Versions of {MODEL}", _COLUMNS, rows, output_format)


@app.command()
def accuracy(home: Home = None, output_format: OutputFormat = Format.TABLE) -> None:
    """Show how each model did in backtests: WAPE, MASE, bias and coverage by cut-off and level, the best first."""
    state = open_state(home)
    found = table_rows(state, FORECAST_ACCURACY)
    if not found:
        raise UsageError(
            f"No forecast has been made in {state.home} yet: `lakehouse run` does, from 84 days of sales on."
        )
    found.sort(key=lambda row: (row["cutoff"], row["level"], row["wape"] is None, row["wape"]))
    rows = [tuple(row[name] for name in _SCORES) for row in found]
    _show("Accuracy in backtests", _SCORES, rows, output_format)


def _show(title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], output_format: Format) -> None:
    if output_format == Format.JSON:
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
    elif output_format == Format.CSV:
        print_csv(columns, rows)
    else:
        print_table(title, columns, rows)


@app.command()
def rollback(home: Home = None, store: Store = None) -> None:
    """Make the champion before the present one champion again."""
    with opened(store_of(home, store)) as client:
        was, now = roll_back(client)
    output.print(
        f"Version {now.number} ({now.model}, cut-off {now.cutoff}) of {MODEL} is champion again, "
        f"in place of version {was.number} ({was.model}, cut-off {was.cutoff}).",
        highlight=False,
    )


@app.command()
def serve(
    home: Home = None,
    store: Store = None,
    host: Host = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port; 0 is any free one.", min=0, max=65535)] = 5001,
) -> None:
    """Answer forecasts over HTTP with the version that is champion now, until Ctrl+C.

    POST /invocations takes {"dataframe_records": [{"currency": "EUR", "country": "France", "horizon": 7}]}.
    """
    from lakehouse.forecasting.serving import application, listen, load_champion
    from lakehouse.forecasting.serving import serve as answer

    with listen(host, port) as listening:
        version, model = load_champion(store_of(home, store))
        url = f"http://{host}:{listening.getsockname()[1]}"
        _say(
            f"{MODEL} version {version.number} ({version.model}, cut-off {version.cutoff}) answers at {url}/invocations"
        )
        answer(application(model), listening)


@app.command()
def ui(
    home: Home = None,
    store: Store = None,
    port: Annotated[int, typer.Option(help="Port; 0 is any free one.", min=0, max=65535)] = 0,
) -> None:
    """Open MLflow's own pages on the runs and versions, for this machine alone, until Ctrl+C."""
    from lakehouse.forecasting.serving import listen

    chosen = store_of(home, store)
    load_mlflow()
    if chosen.startswith(("http://", "https://")):
        _say(f"MLflow already shows {MODEL} at {chosen}")
        return
    with listen("127.0.0.1", port) as probe:
        free = probe.getsockname()[1]
    command = [sys.executable, "-m", "mlflow", "server", "--backend-store-uri", chosen, "--host", "127.0.0.1",
               "--port", str(free), "--workers", "1"]  # fmt: skip
    # Told to end, as by a service manager, this process takes MLflow's with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:  # noqa: S603
        try:
            _wait_for(f"http://127.0.0.1:{free}", server)
            _say(f"MLflow shows the runs and versions at http://127.0.0.1:{free}")
            server.wait()
        finally:
            server.terminate()


def _wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    while server.poll() is None:
        with suppress(urllib.error.URLError, ConnectionError, TimeoutError):
            urllib.request.urlopen(f"{url}/health", timeout=2)  # noqa: S310
            return
        time.sleep(0.2)
    raise TrackingError(f"MLflow's pages did not start at {url}; `mlflow server` says why.")


def _say(what: str) -> None:
    output.print(what, highlight=False, markup=False)
    errors.print("Ctrl+C ends it.", highlight=False)
    sys.stdout.flush()
