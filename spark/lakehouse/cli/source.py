"""Commands about sources: list, show, check."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import Annotated

import typer

from lakehouse.cli.options import Format, OutputFormat
from lakehouse.cli.present import output, print_json, print_table
from lakehouse.session import session
from lakehouse.sources.check import SourceCheck, check_source
from lakehouse.sources.landing import list_landing
from lakehouse.sources.mapping import builtin_sources, load_mapping
from lakehouse.sources.storage import read_file, storage_at

app = typer.Typer(no_args_is_help=True, help="Sources: what a shop's files look like, and what they mean.")

SourceName = Annotated[str, typer.Argument(help="A built-in source, or the path of a mapping file (.toml).")]


@app.command("list")
def list_sources() -> None:
    """List the built-in sources."""
    rows = [(name, load_mapping(name).description) for name in builtin_sources()]
    print_table("", ("source", "what it is"), rows)


@app.command()
def show(source: SourceName) -> None:
    """Print a source's mapping file: a good start for one of your own."""
    sys.stdout.write(read_file(load_mapping(source).origin).decode("utf-8-sig"))


@app.command()
def check(
    source: SourceName,
    landing: Annotated[str, typer.Argument(help="Folder, or s3://bucket/prefix, of the files to try it on.")],
    output_format: OutputFormat = Format.TABLE,
) -> None:
    """Try a mapping on a folder: the first rows as mapped, the share of equal lines, every problem with a likely fix.

    Nothing is written. Exit code 4 where there are problems.
    """
    mapping = load_mapping(source)
    storage = storage_at(landing)
    with session(few_rows=list_landing(storage, mapping.format).is_small) as spark:
        found = check_source(spark, mapping, storage)
    if output_format == Format.JSON:
        print_json(asdict(found))
    else:
        _print_check(found)
    if found.problems:
        sys.exit(4)


def _print_check(found: SourceCheck) -> None:
    output.print(
        f"{found.files:,} file(s), {found.rows:,} rows, {len(found.ignored)} file(s) left out", highlight=False
    )
    for name, reason in found.ignored[:10]:
        output.print(f"  left out: {name}: {reason}", highlight=False, markup=False)
    for row_number, row in enumerate(found.shown[:3], 1):
        print_table(f"Row {row_number} as mapped", ("column", "value"), row.items())
    if found.rows:
        share = found.equal_rows / found.rows
        output.print(
            f"Equal lines: {found.equal_rows:,} ({share:.2%}); without a line id they count once.", highlight=False
        )
    if found.broken:
        print_table("Rules broken", ("rule", "rows", "first example"), found.broken)
    if found.problems:
        output.print(f"\n{len(found.problems)} problem(s) to mend:", style="bold")
        for problem in found.problems:
            output.print(f"  - {problem}", highlight=False, markup=False)
    else:
        output.print("No problem found: ready for `lakehouse run --source ... --landing ...`.")
