"""The champion over HTTP: latency and answers a second, beside a server that only answers."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from statistics import median
from typing import Any

from benchmarks.charts import bars
from benchmarks.load import Load, load
from benchmarks.measure import CommandFailed, lakehouse, python
from benchmarks.measure import measure as run
from benchmarks.page import Grid, Section
from benchmarks.results import Plan
from lakehouse.forecasting.store import local_store

TITLE = "The forecast over HTTP"
ABOUT = """
`lakehouse forecast serve` (MLflow's scoring server, one process) on a champion of 1,000 series, asked for 28 days of
one series, beside a bare FastAPI application that reads the same JSON and answers 28 rows that are always the same.
Each client has a connection of its own and asks again as soon as it is answered; clients and server share the cores.
"""
CLIENTS, SECONDS, COUNTRIES = (1, 8, 64), 10.0, 20
NAMES = {"forecast": "forecast", "bare": "bare FastAPI"}
_FIGURES = ("median_ms", "p99_ms", "per_second")


def measure(plan: Plan) -> dict[str, Any]:
    """Train a champion, start both servers, and take turns between them.

    Returns:
        By server, one entry for each number of clients: see `Load`; medians of the runs.
    """
    store = local_store(plan.work)
    run(python("-m", "benchmarks.serving_work", "train", store, str(max(1, round(COUNTRIES * plan.share)))))
    seconds = max(1.0, SECONDS * plan.share)
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in NAMES}
    ours = lakehouse("forecast", "serve", "--store", store, "--port", "0")
    with _served(ours) as forecast, _served(python("-m", "benchmarks.serving_work", "bare")) as bare:
        ports = {"forecast": forecast, "bare": bare}
        request = _request(store)
        for port in ports.values():
            load("127.0.0.1", port, request, 1, 1.0)
        for clients in CLIENTS:
            runs = [{name: load("127.0.0.1", port, request, clients, seconds) for name, port in ports.items()}
                    for _ in range(plan.runs)]  # fmt: skip
            for name in ports:
                found[name].append(_median([one[name] for one in runs]))
    return found


def _request(store: str) -> bytes:
    """A request for the first series of the champion."""
    from lakehouse.forecasting.registry import champion, forecast_of
    from lakehouse.forecasting.store import opened

    with opened(store) as client:
        version = champion(client)
        if version is None:
            raise CommandFailed("the training made no champion")
        series = forecast_of(version).iloc[-1]
    row = {name: series[name] for name in ("currency", "country", "category")}
    body = json.dumps({"dataframe_records": [{**row, "horizon": 28}]}).encode()
    head = f"POST /invocations HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + b"\r\n" + body


@contextmanager
def _served(command: Sequence[str]) -> Iterator[int]:
    """The port of a server that runs until the end of the block."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            told = server.stdout.readline() if server.stdout else ""
            port = re.search(r"http://127\.0\.0\.1:(\d+)/", told)
            if port is None:
                raise CommandFailed(f"{' '.join(command)} did not say where it answers: {told}")
            yield int(port[1])
        finally:
            server.terminate()


def _median(runs: list[Load]) -> dict[str, Any]:
    figures = [asdict(one) for one in runs]
    return {"clients": runs[0].clients, **{name: median(f[name] for f in figures) for name in _FIGURES}}


def section(data: dict[str, Any]) -> Section:
    """Show latency and answers a second by number of clients."""
    rows = [
        (NAMES[name], str(f["clients"]), f"{f['median_ms']:.1f}", f"{f['p99_ms']:.1f}", f"{f['per_second']:,.0f}")
        for name, figures in data.items()
        for f in figures
    ]
    grid = Grid(("Server", "Clients", "Median ms", "99th percentile ms", "Answers a second"), rows)
    bar = [(f"{f['clients']} client(s)", NAMES[name], f["per_second"]) for name in data for f in data[name]]
    bar.sort(key=lambda row: int(row[0].split()[0]))
    return Section(TITLE, ABOUT, (), (grid,), chart=bars(bar, "answers a second"))
