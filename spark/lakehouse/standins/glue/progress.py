"""Which jobs a workflow starts, and when: the triggers' predicates, held against the states of the jobs."""

from __future__ import annotations

from collections.abc import Iterable

from lakehouse.standins.glue.definitions import STARTERS, Action, Trigger, Workflow

SUCCEEDED, FAILED, TIMEOUT, STOPPED = "SUCCEEDED", "FAILED", "TIMEOUT", "STOPPED"


class Progress:
    """One run of a workflow. Each trigger fires at most once in it, as on AWS."""

    def __init__(self, workflow: Workflow) -> None:
        self._waiting = {trigger.name: trigger for trigger in workflow.triggers}
        self.states: dict[str, str] = {}

    def begin(self) -> list[Action]:
        """What starts at once."""
        return self._fire(trigger for trigger in list(self._waiting.values()) if trigger.kind in STARTERS)

    def ended(self, job: str, state: str) -> list[Action]:
        """What starts because a job has come to its end, after its last retry, in that state."""
        self.states[job] = state
        return self._fire(trigger for trigger in list(self._waiting.values()) if self._is_met(trigger))

    def not_fired(self) -> list[Trigger]:
        """The triggers whose time did not come."""
        return list(self._waiting.values())

    def _fire(self, triggers: Iterable[Trigger]) -> list[Action]:
        return [action for trigger in triggers for action in self._waiting.pop(trigger.name).actions]

    def _is_met(self, trigger: Trigger) -> bool:
        if trigger.kind in STARTERS or not trigger.active:
            return False
        met = trigger.conditions & self.states.items()
        return bool(met) if trigger.any_suffices else met == trigger.conditions
