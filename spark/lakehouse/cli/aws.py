"""Commands about the local AWS: up, down, status."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from lakehouse.cli.present import errors, print_table
from lakehouse.standins.environment import require_aws_packages, shell_lines
from lakehouse.standins.local_aws import USUAL_PORT, Running, aws_folder, find, start, stop

app = typer.Typer(no_args_is_help=True, help="The local AWS: S3, Kinesis, Firehose, Glue, IAM and more on loopback.")

AwsHome = Annotated[
    Path | None,
    typer.Option("--home", help="Folder to keep its files below. Without it: LAKEHOUSE_HOME or .lakehouse."),
]


@app.command()
def up(
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help=f"Port on 127.0.0.1, {USUAL_PORT} if none; 0 takes a free one.")
    ] = None,
    enforce_iam: Annotated[
        bool, typer.Option("--enforce-iam", help="Judge what IAM users and roles ask for by their policies.")
    ] = False,
    home: AwsHome = None,
) -> None:
    """Start the local AWS and print the variables that send any AWS client to it.

    Use it as eval "$(lakehouse aws up)". A second call only prints them again.
    """
    require_aws_packages()
    server, started = start(aws_folder(home), port, enforce_iam=enforce_iam)
    _tell(server, "The local AWS is up" if started else "The local AWS was up already")
    sys.stdout.write("\n".join(shell_lines(server.url)) + "\n")


@app.command()
def down(home: AwsHome = None) -> None:
    """End the local AWS. What was in it is gone: it lives in memory only."""
    ended = stop(aws_folder(home))
    errors.print("The local AWS is down." if ended else "No local AWS was up.")


@app.command()
def status(home: AwsHome = None) -> None:
    """Say whether the local AWS answers, and where. Exit code 1 where none does."""
    server = find(aws_folder(home))
    if server is None:
        errors.print("No local AWS is up: `lakehouse aws up` starts one.")
        sys.exit(1)
    _tell(server, "The local AWS is up")
    sys.stdout.write("\n".join(shell_lines(server.url)) + "\n")


@app.command()
def rehearse(
    lines: Annotated[int, typer.Option(min=1, help="Events to send.")] = 50_000,
    days: Annotated[int, typer.Option(min=1, help="Business days over which they come in.")] = 150,
    driver_memory: Annotated[str, typer.Option(help="Heap of each job's JVM.")] = "2g",
    endpoint_url: Annotated[
        str | None,
        typer.Option(
            envvar="AWS_ENDPOINT_URL",
            help="Another stand-in for AWS on this machine, without Glue, such as LocalStack. Without one, or where it "
            "is the local AWS of this project, one is started for the rehearsal.",
        ),
    ] = None,
    home: AwsHome = None,
) -> None:
    """Apply infra/envs/local, send events, run the deployed workflow, verify, plan again, and remove all of it.

    On another stand-in there is no Glue: orders are put into the landing bucket, and the jobs run from pipeline.yaml.

    This is how a change is tried before it costs money. It needs Terraform, and a folder: rehearsal, beside aws.
    """
    require_aws_packages()
    from lakehouse.standins.elsewhere import other_stand_in
    from lakehouse.standins.rehearsal import Rehearsal

    folder = aws_folder(home).resolve().parent / "rehearsal"
    elsewhere = other_stand_in(endpoint_url)
    done = Rehearsal(folder, lines, days, _tell_step, driver_memory, elsewhere).run()
    total = sum(seconds for step, seconds in done.items() if not step.startswith(" "))
    print_table("The rehearsal went well", ("step", "seconds"), [*done.items(), ("total", total)])


def _tell_step(step: str, seconds: float | None) -> None:
    told = f"{step} ..." if seconds is None else f"{step}: {seconds:.1f} s"
    errors.print(told, highlight=False, markup=False)


def _tell(server: Running, what: str) -> None:
    errors.print(f"{what}: {server.url} (moto {server.moto}, process {server.pid}).", highlight=False)
