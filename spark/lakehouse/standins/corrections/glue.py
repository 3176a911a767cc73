"""Glue: a job run is what the runner says that it is.

Stock moto runs no job: a run starts, and has succeeded as soon as somebody asks. No API of AWS sets the state of a
run, so the server takes it on a path of its own, and the Glue API tells it as AWS does.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from moto.core.exceptions import JsonRESTError, ServiceException
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.glue import models

from lakehouse.standins.corrections.replace import replace
from lakehouse.standins.environment import REGION

RUNNING = ("STARTING", "RUNNING", "STOPPING", "WAITING")
ENDED = ("STOPPED", "SUCCEEDED", "FAILED", "TIMEOUT", "ERROR")
TIMES = ("StartedOn", "CompletedOn")
RUN_FIELDS = {
    *TIMES, "JobRunState", "ErrorMessage", "Attempt", "ExecutionTime", "LogGroupName", "TriggerName", "PredecessorRuns",
    "GlueVersion",
}  # fmt: skip
WORKFLOW_FIELDS = {*TIMES, "Status", "Statistics", "ErrorMessage"}


class RecordRefused(ValueError):
    """A record of a run that is not known, or of a field that no run has."""


class RecordedJobRun(models.FakeJobRun):
    """Keeps the state that it was given last."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.recorded: dict[str, Any] = {"JobRunState": "STARTING"}

    def advance(self) -> None:
        """Stay as it is: only the runner knows how a run goes."""

    @property
    def status(self) -> str | None:
        """The state as recorded last."""
        return str(self.recorded["JobRunState"])

    @status.setter
    def status(self, value: str) -> None:
        self.recorded["JobRunState"] = value

    def as_dict(self) -> dict[str, Any]:
        """The run as the Glue API tells it."""
        told = super().as_dict()
        for invented in ("CompletedOn", "ExecutionTime", "LogGroupName", "GlueVersion"):
            told.pop(invented)
        return told | self.recorded


class RecordedWorkflowRun(models.FakeWorkflowRun):
    """A workflow's run with what the runner recorded of it."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.recorded: dict[str, Any] = {}

    def as_dict(self) -> dict[str, Any]:
        """The run as the Glue API tells it."""
        return super().as_dict() | self.recorded


def record_job_run(content: Mapping[str, Any]) -> dict[str, Any]:
    """Note how a job run goes: JobName, RunId, and fields of GetJobRun's answer.

    Raises:
        RecordRefused: there is no such run or field.
    """
    try:
        run = _backend(content).get_job(content["JobName"]).get_job_run(content["RunId"])
    except (KeyError, JsonRESTError, ServiceException) as error:
        raise RecordRefused(f"there is no such job run: {error}") from error
    return _record(run, content, RUN_FIELDS)


def record_workflow_run(content: Mapping[str, Any]) -> dict[str, Any]:
    """Note how a workflow's run goes: Name, RunId, and fields of GetWorkflowRun's answer.

    Raises:
        RecordRefused: there is no such run or field.
    """
    try:
        run = _backend(content).workflows[content["Name"]].get_run(content["RunId"])
    except (KeyError, JsonRESTError, ServiceException) as error:
        raise RecordRefused(f"there is no such workflow run: {error}") from error
    return _record(run, content, WORKFLOW_FIELDS)


def _record(run: Any, content: Mapping[str, Any], known: set[str]) -> dict[str, Any]:
    fields = {name: value for name, value in content.items() if name not in ("Name", "JobName", "RunId", "Region")}
    unknown = fields.keys() - known
    if unknown:
        raise RecordRefused(f"a run has no {', '.join(sorted(unknown))}")
    for name in TIMES:
        if name in fields:
            fields[name] = datetime.fromtimestamp(fields[name], UTC)
    run.recorded.update(fields)
    return {}


def _backend(content: Mapping[str, Any]) -> models.GlueBackend:
    return models.glue_backends[DEFAULT_ACCOUNT_ID][content.get("Region", REGION)]


def install() -> None:
    """Let moto make these runs."""
    replace(models, "FakeJobRun", RecordedJobRun)
    replace(models, "FakeWorkflowRun", RecordedWorkflowRun)
