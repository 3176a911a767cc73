"""Places at which a run can fail, and a hook that fails it at each of them once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from threading import Lock
from typing import NamedTuple


class Place(NamedTuple):
    """An event of a failpoint, such as `before append silver.order_lines`, which comes for the n-th time in a run.

    `follows` is the event right before it, where no change is under way between the two: after one change and before
    the next is one place.
    """

    event: str
    time: int
    follows: str = ""

    def __str__(self) -> str:
        times = f" ({self.time})" if self.time > 1 else ""
        return f"{self.follows}, {self.event}{times}" if self.follows else f"{self.event}{times}"


def places(events: Sequence[str]) -> list[Place]:
    """The places that one run passed, in order, from the events that it told."""
    seen: Counter[str] = Counter()
    found, under_way, follows = [], 0, ""
    for event, following in pairwise([*events, ""]):
        seen[event] += 1
        under_way += 1 if event.startswith("before") else -1
        if event.startswith("after") and following.startswith("before") and not under_way:
            follows = event
            continue
        found.append(Place(event, seen[event], follows))
        follows = ""
    return found


class Fault(Exception):
    """What a test disturbs a run with."""


class Faults:
    """Raises once at each place. Threads that work side by side may each meet one in the same attempt."""

    def __init__(self, places: Iterable[Place]) -> None:
        self._pending = {(place.event, place.time): place for place in places}
        self._seen: Counter[str] = Counter()
        self._lock = Lock()
        self.raised: list[Place] = []

    @property
    def pending(self) -> list[Place]:
        """Places at which no run has failed yet."""
        return list(self._pending.values())

    def new_attempt(self) -> None:
        """Count the events anew."""
        with self._lock:
            self.raised = []
            self._seen.clear()

    def __call__(self, event: str) -> None:
        """Fail where this place has not failed yet."""
        with self._lock:
            self._seen[event] += 1
            place = self._pending.pop((event, self._seen[event]), None)
            if place is None:
                return
            self.raised.append(place)
        raise Fault(str(place))
