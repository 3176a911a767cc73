"""Where a job runs: the one module that knows of AWS Glue."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import MISSING, Field, fields
from itertools import pairwise
from types import ModuleType
from typing import Any

from pyspark.sql import SparkSession

from lakehouse.errors import LakehouseError
from lakehouse.failures import told_in_one_line
from lakehouse.logs import tell_failure, write_json_lines

GLUES_RUN_IDS = ("--WORKFLOW_RUN_ID", "--JOB_RUN_ID")
"""What Glue gives a job that it starts: in a workflow the id that all its jobs share, and always the run's own."""

_LONGEST_RUN_ID = 64
"""What the warehouse has room for. A workflow's id has three characters more, and is unique without them."""


def main(job: ModuleType, arguments: Sequence[str] | None = None) -> None:
    """Run a job with the arguments of the command line, `--name value` for each field of its Config.

    What the job does goes to standard error as JSON lines, the driver's log on Glue. Where the job fails, the last
    line is the error in the user's words, and the process ends with the error's exit code.
    """
    config = parse_config(job, sys.argv[1:] if arguments is None else arguments)
    write_json_lines()
    spark = SparkSession.builder.getOrCreate()
    spark.conf.set("spark.sql.session.timeZone", "UTC")
    try:
        with told_in_one_line(job.JOB, "the next run of the job goes on from there."):
            job.run(spark, config)
    except LakehouseError as error:
        tell_failure(error)
        sys.exit(error.exit_code)


def parse_config(job: ModuleType, arguments: Sequence[str]) -> Any:
    """The job's Config from `--name value` pairs. Glue adds arguments of its own, which are passed over.

    Where no `--run_id` is given, it is Glue's own.
    """
    parser = argparse.ArgumentParser(description=job.__doc__, allow_abbrev=False)
    for field in fields(job.Config):
        parser.add_argument(f"--{field.name}", type=_reader(field), required=field.default is MISSING)
    given, _ = parser.parse_known_args(_with_run_id(arguments))
    return job.Config(**{name: value for name, value in vars(given).items() if value is not None})


def _with_run_id(arguments: Sequence[str]) -> Sequence[str]:
    given = dict(pairwise(arguments))
    glues = next((given[name] for name in GLUES_RUN_IDS if name in given), None)
    # What comes later counts: a run id of the user's wins.
    return arguments if glues is None else ["--run_id", glues[:_LONGEST_RUN_ID], *arguments]


def _reader(field: Field[Any]) -> Any:
    return {"bool": _truth, "int": int}.get(str(field.type), str)


def _truth(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise argparse.ArgumentTypeError(f"must be true or false, and is {text!r}")
    return text.lower() == "true"
