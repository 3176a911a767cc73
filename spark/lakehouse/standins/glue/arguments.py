"""The arguments that a job's script is called with, put together as Glue does.

Source: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-glue-arguments.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from lakehouse.errors import UsageError
from lakehouse.standins.glue.definitions import Job

NAME = re.compile(r"--[A-Za-z][\w.-]*")
CONF = "--conf"


def resolve(job: Job, *overrides: Mapping[str, str]) -> dict[str, str]:
    """The job's default arguments, then each of the overrides, then what cannot be overridden.

    Raises:
        UsageError: a name that is none. Names are whole: `--source` is never taken for `--source_bucket`.
    """
    resolved = dict(job.defaults)
    for override in overrides:
        resolved |= override
    resolved |= job.fixed
    wrong = [name for name in resolved if not NAME.fullmatch(name)]
    if wrong:
        raise UsageError(f"The job {job.name} is given an argument {wrong[0]!r}: a name begins with two hyphens.")
    return resolved


def command_line(arguments: Mapping[str, str], glue: Mapping[str, str]) -> list[str]:
    """What follows the script's name: every argument, and those that Glue adds, as name and value."""
    return [text for name, value in {**arguments, **glue}.items() for text in (name, value)]


def spark_settings(arguments: Mapping[str, str]) -> dict[str, str]:
    """Settings of a `--conf` argument, which holds several as `a=1 --conf b=2`.

    Raises:
        UsageError: a part of it is no setting.
    """
    parts = re.split(r"\s+--conf\s+", arguments.get(CONF, "").strip()) if arguments.get(CONF) else []
    pairs = [part.removeprefix(f"{CONF} ").partition("=") for part in parts]
    wrong = [name for name, equals, _ in pairs if not equals or not name.startswith("spark.")]
    if wrong:
        raise UsageError(f"The argument --conf has a part {wrong[0]!r}: it must be spark.NAME=VALUE.")
    return {name: value.strip() for name, _, value in pairs}


def listed(arguments: Mapping[str, str], name: str) -> list[str]:
    """The parts of an argument that holds a list with commas."""
    return [part.strip() for part in arguments.get(name, "").split(",") if part.strip()]
