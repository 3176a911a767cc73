"""The page on cost in Markdown: `python -m lakehouse.cost.document > docs/cost.md`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import astuple, replace
from typing import Any

from lakehouse.cost import prices, words
from lakehouse.cost.bill import HISTORY_DAYS, Bill, month
from lakehouse.cost.environments import DEV, ENVIRONMENTS, PROD
from lakehouse.cost.glue import COLUMNS, MILLION, Assumptions, Measured, estimates, job_cost, runs_a_day
from lakehouse.cost.prices import Item, Price
from lakehouse.cost.volumes import Volumes
from lakehouse.model.document import grid
from lakehouse.pipeline import load_jobs

MILLIONS_A_DAY = (1, 10, 100)
RUNS_MILLIONS_A_DAY = (1, 100, 10_000)
SHOWN = 10 * MILLION
"""Lines a day of the bill that is shown item by item."""
PACKED = 15
"""Order lines in a record where senders pack them: 15 of 322 bytes fill a step of 5 KB."""
ITEM_COLUMNS = ("service", "what", "quantity", "unit", "USD a unit", "USD")
MLFLOW = "MLflow"


def page(measured: Measured | None = None) -> str:
    """The whole page, from what was measured last."""
    measured = measured or Measured.read()
    lines = [0, *(million * MILLION for million in MILLIONS_A_DAY)]
    bills = {name: [month(one, count, measured) for count in lines] for name, one in ENVIRONMENTS.items()}
    parts = [words.head(measured, HISTORY_DAYS), "## A month\n", words.MONTH]
    for name, of_one in bills.items():
        parts += [f"### {name}\n", words.ENVIRONMENTS[name], numbers(*bill_table(of_one)), _notes(of_one)]
    parts += ["## What makes it dearer or cheaper\n", *_levers(bills["prod"], measured)]
    parts += ["## How it is reckoned\n", words.RECKONED.format(lines=f"{SHOWN:,}"), *_services(measured)]
    parts += ["## A run on Glue, from 1 to 10,000 million lines a day\n", words.GLUE, *_runs(measured)]
    parts += ["## What is assumed, and what was measured\n", _assumed()]
    return "\n".join([*parts, "## Prices\n", words.PRICES, _prices(), "## Not in it\n", words.NOT_IN_IT])


def bill_table(bills: Sequence[Bill]) -> tuple[list[str], list[list[Any]]]:
    """Header and rows: USD of each service, a column for each bill."""
    header = ["", *(f"{bill.lines_a_day / MILLION:,g} million a day" if bill.lines_a_day else "idle" for bill in bills)]
    totals = [bill.by_service() for bill in bills]
    rows: list[list[Any]] = [[service, *(total[service] for total in totals)] for service in totals[0]]
    return header, [*rows, ["all", *(bill.usd for bill in bills)]]


def item_row(item: Item) -> tuple[Any, ...]:
    """Values for `ITEM_COLUMNS`."""
    return item.service, item.what, round(item.quantity, 6), item.price.unit, item.price.usd, item.usd


def numbers(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A Markdown table of texts and numbers."""
    return grid(header, ([_text(value) for value in row] for row in rows))


def _text(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.2f}" if value >= 1 or not value else f"{value:.3g}"
    return value if isinstance(value, str) else f"{value:,}"


def _notes(bills: Sequence[Bill]) -> str:
    told = [f"- At {bill.lines_a_day:,} lines a day, {note}." for bill in bills for note in bill.notes]
    return "".join(f"{line}\n" for line in told)


def _levers(bills: Sequence[Bill], measured: Measured) -> list[str]:
    """The bill of prod with one thing changed, beside the bill as it is."""
    packed = Volumes(lines_a_record=PACKED)
    changed = {
        f"{PACKED} order lines in a record": [month(PROD, b.lines_a_day, measured, volumes=packed) for b in bills],
        "four runs a day": [month(replace(PROD, runs_a_day=4), b.lines_a_day, measured) for b in bills],
        "one shard in place of a stream on demand": [
            month(replace(PROD, shards=DEV.shards, stream_hours=24), b.lines_a_day, measured) for b in bills
        ],
        "MLflow and the forecast": [month(replace(PROD, mlflow=True), b.lines_a_day, measured) for b in bills],
    }
    header = bill_table(bills)[0]
    rows = [["as it is", *(b.usd for b in bills)], *([name, *(b.usd for b in of)] for name, of in changed.items())]
    return [words.LEVERS, numbers(header, rows)]


def _services(measured: Measured) -> list[str]:
    """Formula and arithmetic of each service: prod with `SHOWN` lines a day, and MLflow, which is off there."""
    shown = _by_service(month(PROD, SHOWN, measured).items)
    shown["Kinesis"] += _by_service(month(DEV, SHOWN, measured).items)["Kinesis"]
    shown[MLFLOW] = _by_service(month(replace(PROD, mlflow=True), SHOWN, measured).items)[MLFLOW]
    parts = []
    for service, of_one in shown.items():
        rows = [item_row(item)[1:] for item in of_one]
        parts += [f"### {service}\n", words.FORMULAS[service], numbers(ITEM_COLUMNS[1:], rows)]
    return parts


def _by_service(items: Iterable[Item]) -> dict[str, list[Item]]:
    found: dict[str, list[Item]] = {}
    for item in items:
        found.setdefault(item.service, []).append(item)
    return found


def _runs(measured: Measured) -> list[str]:
    """Each job of one run, then runs and rebuilds for ever more lines."""
    lines = SHOWN // runs_a_day()
    jobs = [job_cost(job, measured.added[job.name], lines, Assumptions()) for job in load_jobs()]
    header = ("job", "CPU seconds a run", "and a million lines", "workers", "seconds", "DPU-seconds", "USD")
    rows = [
        (j.job, *astuple(measured.added[j.job]), f"{j.workers} {j.worker_type}", j.seconds, j.dpu_seconds, j.usd)
        for j in jobs
    ]
    sizes = [millions * MILLION for millions in RUNS_MILLIONS_A_DAY]
    found = [estimate.row() for estimate in estimates(measured, sizes, runs_a_day(), HISTORY_DAYS)]
    return [
        words.GLUE_RUN.format(day=f"{SHOWN:,}", lines=f"{lines:,}"),
        numbers(header, rows),
        words.GLUE_SIZES,
        numbers(COLUMNS, found),
    ]


def _assumed() -> str:
    named = [*Assumptions().reasons(), *Volumes().reasons()]
    return numbers(("Name", "Value", "What it is"), [(f"`{name}`", f"{value:,}", why) for name, value, why in named])


def _prices() -> str:
    listed = [value for value in vars(prices).values() if isinstance(value, Price)]
    listed.insert(0, prices.dpu_hour(Assumptions().usd_per_dpu_hour))
    return numbers(("Price", "USD", "a", "Page"), [(p.name, str(p.usd), p.unit, p.page) for p in listed])


if __name__ == "__main__":
    sys.stdout.write(page())
