"""Options that several commands share."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

Home = Annotated[
    Path | None,
    typer.Option(
        help="State folder. Without it: LAKEHOUSE_HOME, else the source's own below .lakehouse, else the last one run."
    ),
]


class Format(StrEnum):
    """How a result is written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


class LogFormat(StrEnum):
    """How a run tells what it does."""

    TEXT = "text"
    JSON = "json"


Log = Annotated[
    LogFormat,
    typer.Option("--log-format", help="json: one JSON object a line on standard error, for programs."),
]
OutputFormat = Annotated[Format, typer.Option("--format", help="table for people, csv or json for programs.")]
