"""Whether one more job fits into this machine's memory."""

from __future__ import annotations

import re
from pathlib import Path

OVERHEAD = 1024**3
"""Bytes that a job takes beside its JVM's heap: the JVM itself, and Python."""
UNITS = {"k": 1024, "m": 1024**2, "g": 1024**3, "t": 1024**4}


def has_room(driver_memory: str) -> bool:
    """Whether so much is free, and some to spare; True where the system does not tell."""
    available = _available()
    return available is None or available >= size(driver_memory) + OVERHEAD


def size(memory: str) -> int:
    """Bytes of a size as Spark writes it, such as `2g`.

    Raises:
        ValueError: it is none.
    """
    parsed = re.fullmatch(r"(\d+)([kmgt])b?", memory.strip().lower())
    if parsed is None:
        raise ValueError(f"{memory!r} is no size such as 2g")
    return int(parsed.group(1)) * UNITS[parsed.group(2)]


def _available() -> int | None:
    try:
        found = re.search(r"^MemAvailable:\s+(\d+) kB", Path("/proc/meminfo").read_text(), re.MULTILINE)
    except OSError:
        return None
    return int(found.group(1)) * 1024 if found else None
