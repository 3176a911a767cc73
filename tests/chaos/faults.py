"""Places at which a run can fail, and a hook that fails it at each of them once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from threading import Lock
from typing import NamedTuple


class Place(NamedTuple):
    """An event of a failpoint, such as `before append silver.order_lines`, and its how-manieth time in a run."""

    event: str
    time: int

    def __str__(self) -> str:
        return self.event if self.time == 1 else f"{self.event} ({self.time})"


def places(events: Iterable[str]) -> set[Place]:
    """The places that one run passed, from the events it told."""
    return {Place(event, time) for event, times in Counter(events).items() for time in range(1, times + 1)}


class Fault(Exception):
    """What a test disturbs a run with."""


class Faults:
    """Raises once at each place. Threads that work side by side may each meet one in the same attempt."""

    def __init__(self, pending: Iterable[Place]) -> None:
        self.pending = set(pending)
        self.raised = 0
        self.last: list[str] = []
        self._seen: Counter[str] = Counter()
        self._lock = Lock()

    def new_attempt(self) -> None:
        """Count the events anew."""
        with self._lock:
            self.raised = 0
            self.last = []
            self._seen.clear()

    def __call__(self, event: str) -> None:
        """Fail where this place has not failed yet."""
        with self._lock:
            self._seen[event] += 1
            place = Place(event, self._seen[event])
            if place not in self.pending:
                return
            self.pending.remove(place)
            self.raised += 1
            self.last.append(str(place))
        raise Fault(str(place))
