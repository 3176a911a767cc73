"""How results look on a terminal: tables by Rich, results on standard output, all else on standard error."""

from __future__ import annotations

import csv
import json
import logging
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from lakehouse.balance import Difference
from lakehouse.ledger import DISPOSITION_ORDER, Entry
from lakehouse.pipeline import RunReport

WIDTH_OF_PIPES = 200
"""Columns where no terminal tells its own: a table in a log file is not to be cut into ribbons."""


def _console(*, stderr: bool) -> Console:
    console = Console(stderr=stderr, soft_wrap=True)
    return console if console.is_terminal else Console(stderr=stderr, soft_wrap=True, width=WIDTH_OF_PIPES)


output = _console(stderr=False)
errors = _console(stderr=True)


class Warnings(logging.Handler):
    """Shows people what a run warns of, which is not among what it prints at its end."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print the event, and why it came."""
        if why := getattr(record, "fields", {}).get("why"):
            errors.print(f"{record.getMessage()}: {why}", style="yellow", highlight=False, markup=False)


def print_table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], *, console: Console = output
) -> None:
    """Print rows as a table; numbers to the right."""
    rows = [list(row) for row in rows]
    table = Table(title=title or None, title_justify="left", header_style="bold")
    for position, name in enumerate(columns):
        numeric = all(isinstance(row[position], int | float | Decimal | None) for row in rows) and rows
        table.add_column(name, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(_cell(value)) for value in row))  # a plain text would be read as Rich's markup
    console.print(table)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:,.1f}"
    return f"{value:,}" if isinstance(value, int | Decimal) else str(value)


def print_csv(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write rows as CSV (RFC 4180) on standard output."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)


def print_json(content: Any) -> None:
    """Write JSON on standard output; decimals, dates and keys beyond 2^53 as texts, so that nothing is rounded."""
    sys.stdout.write(json.dumps(_exact(content), indent=2, ensure_ascii=False, default=str) + "\n")


def _exact(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _exact(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_exact(inner) for inner in value]
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 2**53:
        return str(value)
    return value


def ledger_rows(entries: Iterable[Entry]) -> list[tuple[str, str, int, Decimal | None, int]]:
    """The ledger as a person reads it: what landed, what became of it, what each further hop holds.

    Returns:
        what, currency, rows, amount, rows without an amount.
    """
    entries = list(entries)
    silver = [e for e in entries if e.hop == "silver"]
    lines = [_sum("landed", [e for e in entries if e.hop == "landing"])]
    for disposition in DISPOSITION_ORDER:
        part = [e for e in silver if e.disposition == disposition]
        if part:
            lines += _by_currency(f"  {disposition}", part)
    facts = [e for e in entries if e.hop == "fact_sales"]
    lines += _by_currency("fact_sales", facts) + _by_currency(
        "  of which returns", [e for e in facts if e.disposition == "return"]
    )
    for hop, name in (
        ("daily_sales", "daily_sales"),
        ("star", "warehouse STAR.FACT_SALES"),
        ("marts", "warehouse MARTS.DAILY_SALES"),
    ):
        lines += _by_currency(name, [e for e in entries if e.hop == hop])
    return lines


def _by_currency(what: str, entries: list[Entry]) -> list[tuple[str, str, int, Decimal | None, int]]:
    parts = defaultdict(list)
    for entry in entries:
        parts[entry.currency or ""].append(entry)
    return [_sum(what, part) for _, part in sorted(parts.items())]


def _sum(what: str, entries: list[Entry]) -> tuple[str, str, int, Decimal | None, int]:
    currencies = {entry.currency for entry in entries if entry.currency}
    amounts = [entry.amount for entry in entries if entry.amount is not None]
    # Nothing is summed across currencies.
    amount = sum(amounts, Decimal(0)) if len(currencies) <= 1 else None
    currency = next(iter(currencies)) if len(currencies) == 1 else ""
    return what, currency, sum(e.rows for e in entries), amount, sum(e.rows_without_amount for e in entries)


def print_ledger(entries: Iterable[Entry], *, console: Console = output) -> None:
    """Print the ledger."""
    columns = ("", "currency", "lines", "amount", "without amount")
    print_table("Ledger: every landed line, and where it went", columns, ledger_rows(entries), console=console)


def print_set_aside(files: Sequence[tuple[str, str]], *, console: Console = output) -> None:
    """Say which files could not be read, and the way out; nothing where all could."""
    if files:
        console.print(f"{len(files)} file(s) set aside; their rows are not loaded:", style="bold", highlight=False)
    for path, problem in files[:20]:
        console.print(f"  {path}: {problem}", highlight=False, markup=False)


def print_differences(differences: Sequence[Difference], *, console: Console = output) -> None:
    """Print the differences, the first fifty in full."""
    columns = ("hop", "next hop", "day", "currency", "lines", "next lines", "amount", "next amount")
    rows = [
        (d.hop, d.next_hop, d.order_date, d.currency, d.rows, d.next_rows, d.amount, d.next_amount)
        for d in differences[:50]
    ]
    print_table(f"{len(differences)} difference(s)", columns, rows, console=console)


def print_times(report: RunReport, *, console: Console = output) -> None:
    """Print what each step took and changed."""
    rows = [(name, seconds, _changed(report.rows.get(name, {}))) for name, seconds in report.seconds.items()]
    rows.append(("total", sum(report.seconds.values()), ""))
    print_table("Times by step", ("step", "seconds", "rows changed"), rows, console=console)


def _changed(rows: dict[str, int]) -> str:
    return ", ".join(f"{table.partition('.')[2]} {count:,}" for table, count in rows.items() if count)
