"""A workflow with its triggers and jobs, read through the Glue API as it was deployed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lakehouse.errors import UsageError

STARTERS = ("ON_DEMAND", "SCHEDULED", "EVENT")
"""Kinds of triggers that begin a run; the one other kind waits for jobs."""
DEFAULT_TIMEOUT = 480
"""Minutes that AWS gives a job of Glue 5 and newer that names no timeout."""


@dataclass(frozen=True)
class Job:
    """A job as deployed; minutes and arguments as in the Glue API."""

    name: str
    role: str
    command: str
    script: str
    defaults: Mapping[str, str]
    fixed: Mapping[str, str]
    timeout: int
    retries: int
    glue_version: str
    security_configuration: str | None


@dataclass(frozen=True)
class Action:
    """What a trigger starts: a job, with arguments and a timeout of its own."""

    job: str
    trigger: str
    arguments: Mapping[str, str]
    timeout: int | None


@dataclass(frozen=True)
class Trigger:
    """A trigger: what it waits for, as pairs of job and state, and what it starts."""

    name: str
    kind: str
    active: bool
    any_suffices: bool
    conditions: frozenset[tuple[str, str]]
    actions: tuple[Action, ...]


@dataclass(frozen=True)
class Workflow:
    """A workflow, its triggers, and every job that one of them starts."""

    name: str
    triggers: tuple[Trigger, ...]
    jobs: Mapping[str, Job]


def read_workflow(glue: Any, name: str) -> Workflow:
    """The workflow of that name.

    Args:
        glue: a boto3 client of Glue.

    Raises:
        UsageError: there is none, nothing begins it, or it needs what the local runner has not.
    """
    try:
        glue.get_workflow(Name=name)
    except glue.exceptions.EntityNotFoundException as error:
        pages = glue.get_paginator("list_workflows").paginate()
        known = ", ".join(workflow for page in pages for workflow in page.get("Workflows", [])) or "none"
        raise UsageError(f"There is no Glue workflow {name} at this endpoint; there is: {known}.") from error
    pages = glue.get_paginator("get_triggers").paginate()
    listed = [trigger for page in pages for trigger in page["Triggers"] if trigger.get("WorkflowName") == name]
    triggers = tuple(_trigger(trigger) for trigger in listed)
    if not any(trigger.kind in STARTERS for trigger in triggers):
        raise UsageError(f"The Glue workflow {name} has no trigger that begins it: on demand, scheduled, or by event.")
    wanted = {action.job for trigger in triggers for action in trigger.actions}
    return Workflow(name, triggers, {job: read_job(glue, job) for job in sorted(wanted)})


def _trigger(told: Mapping[str, Any]) -> Trigger:
    predicate = told.get("Predicate") or {}
    conditions = predicate.get("Conditions") or []
    crawlers = [one["CrawlerName"] for one in (*conditions, *told["Actions"]) if one.get("CrawlerName")]
    if crawlers:
        raise UsageError(f"The trigger {told['Name']} names the crawler {crawlers[0]}: only jobs run here.")
    return Trigger(
        name=told["Name"],
        kind=told["Type"],
        active=told.get("State") == "ACTIVATED",
        any_suffices=predicate.get("Logical") == "ANY",
        conditions=frozenset((condition["JobName"], condition["State"]) for condition in conditions),
        actions=tuple(
            Action(action["JobName"], told["Name"], action.get("Arguments") or {}, action.get("Timeout"))
            for action in told["Actions"]
        ),
    )


def read_job(glue: Any, name: str) -> Job:
    """The job of that name.

    Raises:
        UsageError: there is none.
    """
    try:
        told = glue.get_job(JobName=name)["Job"]
    except glue.exceptions.EntityNotFoundException as error:
        raise UsageError(f"The Glue job {name} does not exist.") from error
    return Job(
        name=name,
        role=told["Role"],
        command=told["Command"]["Name"],
        script=told["Command"]["ScriptLocation"],
        defaults=told.get("DefaultArguments") or {},
        fixed=told.get("NonOverridableArguments") or {},
        timeout=told.get("Timeout") or DEFAULT_TIMEOUT,
        retries=told.get("MaxRetries") or 0,
        glue_version=told.get("GlueVersion") or "",
        security_configuration=told.get("SecurityConfiguration") or None,
    )
