"""Glue: UpdateJob and UpdateTrigger, which stock moto lacks: a changed wheel could be applied only after a destroy.

Source: https://docs.aws.amazon.com/glue/latest/webapi/API_UpdateJob.html and API_UpdateTrigger.html beside it.
"""

from __future__ import annotations

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.glue import models
from moto.glue.responses import GlueResponse
from moto.glue.utils import Action, Predicate

from lakehouse.standins.corrections.replace import add

JOB_FIELDS = {
    "Description": "description", "LogUri": "log_uri", "Role": "role", "ExecutionProperty": "execution_property",
    "Command": "command", "DefaultArguments": "default_arguments",
    "NonOverridableArguments": "non_overridable_arguments", "Connections": "connections", "MaxRetries": "max_retries",
    "AllocatedCapacity": "allocated_capacity", "Timeout": "timeout", "MaxCapacity": "max_capacity",
    "SecurityConfiguration": "security_configuration", "NotificationProperty": "notification_property",
    "GlueVersion": "glue_version", "NumberOfWorkers": "number_of_workers", "WorkerType": "worker_type",
    "CodeGenConfigurationNodes": "code_gen_configuration_nodes", "ExecutionClass": "execution_class",
    "SourceControlDetails": "source_control_details",
}  # fmt: skip
"""What JobUpdate may hold, and where moto's job keeps it."""
EMPTY = {"ExecutionProperty": {}, "DefaultArguments": {}, "ExecutionClass": "STANDARD"}
"""What a job has where nothing is said, as in CreateJob."""


def update_job(response: GlueResponse) -> ActionResult:
    """UpdateJob: the new definition takes the whole place of the old one; the runs stay."""
    name, update = response._get_param("JobName"), response._get_param("JobUpdate")
    job = _backend(response).get_job(name)
    for field, attribute in JOB_FIELDS.items():
        setattr(job, attribute, update.get(field) or EMPTY.get(field))
    job.last_modified_on = utcnow()
    return ActionResult({"JobName": name})


def update_trigger(response: GlueResponse) -> ActionResult:
    """UpdateTrigger: likewise; the kind, the workflow and the state stay."""
    name, update = response._get_param("Name"), response._get_param("TriggerUpdate")
    trigger = _backend(response).get_trigger(name)
    trigger.description = update.get("Description")
    trigger.schedule = update.get("Schedule")
    trigger.actions = [Action(action) for action in update.get("Actions") or []]
    trigger.predicate = Predicate(update["Predicate"]) if update.get("Predicate") else None
    trigger.event_batching_condition = update.get("EventBatchingCondition")
    return ActionResult({"Trigger": trigger.as_dict()})


def _backend(response: GlueResponse) -> models.GlueBackend:
    return models.glue_backends[response.current_account][response.region]


def install() -> None:
    """Let moto's Glue answer to both."""
    add(GlueResponse, "update_job", update_job)
    add(GlueResponse, "update_trigger", update_trigger)
