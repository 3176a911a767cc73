"""Runs as the Glue API will tell them, and their output as CloudWatch Logs has it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from lakehouse.standins.glue.definitions import Job
from lakehouse.standins.glue.endpoint import Endpoint
from lakehouse.standins.local_aws import JOB_RUN, WORKFLOW_RUN, ask

LOG_PREFIX = "--custom-logGroup-prefix"
BATCH = 1000
LONGEST = 200_000
"""Characters of a line that CloudWatch Logs takes with room to spare: 256 KiB is its limit."""


def record_job_run(endpoint: Endpoint, job: str, run_id: str, **fields: Any) -> None:
    """Note fields of GetJobRun's answer."""
    ask(endpoint.url, JOB_RUN, {"JobName": job, "RunId": run_id, **fields})


def record_workflow_run(endpoint: Endpoint, workflow: str, run_id: str, **fields: Any) -> None:
    """Note fields of GetWorkflowRun's answer."""
    ask(endpoint.url, WORKFLOW_RUN, {"Name": workflow, "RunId": run_id, **fields})


def statistics(states: Mapping[str, str], running: int = 0) -> dict[str, int]:
    """A workflow run's Statistics, from the states of the jobs that have come to their end."""
    counted = {
        "SucceededActions": "SUCCEEDED", "FailedActions": "FAILED", "TimeoutActions": "TIMEOUT",
        "StoppedActions": "STOPPED",
    }  # fmt: skip
    counts = {name: list(states.values()).count(state) for name, state in counted.items()}
    return {"TotalActions": len(states) + running, "RunningActions": running, **counts}


def log_group(job: Job, arguments: Mapping[str, str]) -> str:
    """The log group of a job's output, named as Glue names it."""
    prefix = arguments.get(LOG_PREFIX, "/aws-glue/jobs")
    if job.security_configuration:
        prefix += f"/{job.security_configuration}-role/{job.role.rpartition('/')[2]}"
    return f"{prefix}/output"


def send_log(endpoint: Endpoint, group: str, stream: str, text: str) -> bool:
    """Put a log's lines into a log group, if it was deployed: one made here would be left over after a destroy.

    Returns:
        Whether the group is there.
    """
    logs = endpoint.client("logs")
    groups = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    if group not in [found["logGroupName"] for found in groups]:
        return False
    logs.create_log_stream(logGroupName=group, logStreamName=stream)
    now = int(time.time() * 1000)
    events = [{"timestamp": now, "message": line[:LONGEST]} for line in text.splitlines() if line]
    for start in range(0, len(events), BATCH):
        logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events[start : start + BATCH])
    return True
