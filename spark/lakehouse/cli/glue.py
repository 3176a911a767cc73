"""Commands about deployed Glue workflows: run."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from lakehouse.cli.aws import AwsHome
from lakehouse.cli.present import errors, print_table
from lakehouse.errors import UsageError
from lakehouse.standins.environment import require_aws_packages
from lakehouse.standins.local_aws import aws_folder

if TYPE_CHECKING:
    from lakehouse.standins.glue.job_run import Ended
    from lakehouse.standins.glue.runner import WorkflowRun

app = typer.Typer(no_args_is_help=True, help="Deployed AWS Glue workflows, run on this machine.")


@app.callback()
def glue() -> None:
    """Keep `run` a command of its own, though it is the only one."""


@app.command()
def run(
    workflow: Annotated[str, typer.Argument(help="Name of the workflow, as deployed.")],
    endpoint_url: Annotated[
        str | None, typer.Option(help="The local AWS. Without it: AWS_ENDPOINT_URL, else the one that is up.")
    ] = None,
    argument: Annotated[
        list[str] | None, typer.Option(help="NAME=VALUE for every job, in place of what was deployed; several times.")
    ] = None,
    parallel: Annotated[int, typer.Option(min=1, help="Jobs at a time, as far as there is memory for them.")] = 1,
    driver_memory: Annotated[str, typer.Option(help="Heap of each job's JVM.")] = "2g",
    home: AwsHome = None,
) -> None:
    """Run a workflow to its end: its jobs as deployed, in the order of its triggers, each a process of its own.

    Exit code 1 where a job failed, was stopped or took too long.
    """
    require_aws_packages()
    from lakehouse.standins.glue.endpoint import choose_endpoint
    from lakehouse.standins.glue.job_run import Settings
    from lakehouse.standins.glue.memory import size
    from lakehouse.standins.glue.runner import run_workflow

    try:
        size(driver_memory)
    except ValueError as error:
        raise UsageError(f"--driver-memory: {error}.") from error
    signal.signal(signal.SIGTERM, _end)
    settings = Settings(aws_folder(home).resolve() / "glue", driver_memory)
    done = run_workflow(
        choose_endpoint(endpoint_url, home), workflow, settings,
        arguments=_arguments(argument or []), parallel=parallel, on_job=_tell,
    )  # fmt: skip
    _report(done)
    sys.exit(0 if done.succeeded else 1)


def _end(*_: object) -> NoReturn:
    """Let SIGTERM end this as Ctrl-C does: the job at work is ended too."""
    sys.exit(143)


def _arguments(given: list[str]) -> dict[str, str]:
    pairs = [text.removeprefix("--").partition("=") for text in given]
    wrong = [text for text, (name, equals, _) in zip(given, pairs, strict=True) if not (name and equals)]
    if wrong:
        raise UsageError(f"--argument {wrong[0]} is not NAME=VALUE.")
    return {f"--{name}": value for name, _, value in pairs}


def _tell(job: str, ended: Ended | None) -> None:
    if ended is None:
        errors.print(f"{job}: started", highlight=False, markup=False)
        return
    errors.print(f"{job}: {ended.state} after {ended.seconds:.1f} s", highlight=False, markup=False)
    if ended.error:
        errors.print(f"  {ended.error}\n  its log is {_short(ended.log)}", highlight=False, markup=False)


def _short(path: Path) -> Path:
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _report(done: WorkflowRun) -> None:
    rows = [(job.job, job.state, job.attempts, job.seconds) for job in done.ended]
    print_table("", ("job", "state", "attempts", "seconds"), rows, console=errors)
    for trigger in done.not_fired:
        reason = "its condition was not met" if trigger.active else "it is not activated"
        jobs = ", ".join(action.job for action in trigger.actions)
        errors.print(f"Not run: {jobs}. The trigger {trigger.name} did not fire: {reason}.", highlight=False)
