"""What a delivery stream holds back until its buffering hints say that it is enough, or late enough."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Record:
    """A record as it came: its bytes, and when they arrived."""

    data: bytes
    arrived: datetime


@dataclass
class Buffer:
    """Records in the order in which they came, with the hints' size in bytes and interval in seconds."""

    size: int
    interval: float
    records: deque[Record] = field(default_factory=deque)
    held: int = 0
    since: float = 0.0
    latest: float = 0.0

    @classmethod
    def of(cls, destination: Mapping[str, Any]) -> Buffer:
        """The buffer that a destination's BufferingHints ask for; AWS's own defaults are 5 MiB and 300 seconds."""
        hints = destination.get("BufferingHints") or {}
        return cls(int(hints.get("SizeInMBs", 5)) * MEGABYTE, float(hints.get("IntervalInSeconds", 300)))

    def add(self, records: list[Record], now: float) -> None:
        """Hold these too, as of `now` (a monotonic clock's seconds)."""
        if records and not self.records:
            self.since = now
        self.latest = now
        self.records.extend(records)
        self.held += sum(len(record.data) for record in records)

    def is_due(self, now: float) -> bool:
        """Whether an object is to be written now: enough bytes are here, or the first have waited long enough."""
        return bool(self.records) and (self.held >= self.size or now - self.since >= self.interval)

    def next_object(self) -> list[Record]:
        """The records of the next object: the oldest, up to the size. They stay until `written` says so."""
        chosen: list[Record] = []
        taken = 0
        for record in self.records:
            if taken >= self.size:
                break
            chosen.append(record)
            taken += len(record.data)
        return chosen

    def written(self, records: list[Record]) -> None:
        """Let go of the oldest records: they are in their object."""
        for record in records:
            self.records.popleft()
            self.held -= len(record.data)
        self.since = self.latest  # what is left is of the batch that came last
