"""The command that sends generated orders into a stream."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lakehouse.cli.present import errors
from lakehouse.generator.send import send


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("send")(send_orders)


def send_orders(
    stream: Annotated[str, typer.Argument(help="Name of the Kinesis stream.")],
    landing: Annotated[Path, typer.Option(help="Folder of generated orders, as `lakehouse generate` writes them.")],
) -> None:
    """Send generated orders into a Kinesis stream, a record for each line; Firehose lands them on S3."""
    errors.print(f"{send(landing, stream):,} lines sent to {stream}", highlight=False)
