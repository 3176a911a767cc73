"""What a run tells machines: events with fields, as JSON lines where somebody asked for them.

The standard library's logging carries them, so that whoever embeds a job sends them where all else goes. It is the
one logging that the core, which needs nothing but Spark, can have on AWS Glue.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from lakehouse.errors import LakehouseError

LOGGER = logging.getLogger("lakehouse")
LOGGER.addHandler(logging.NullHandler())

_bound: ContextVar[Mapping[str, Any]] = ContextVar("bound", default=MappingProxyType({}))


class JsonLines(logging.Formatter):
    """One JSON object a line: `time` (UTC), `level`, `event`, and the event's fields."""

    def format(self, record: logging.LogRecord) -> str:
        """Write the record down."""
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        told = {"time": moment, "level": record.levelname.lower(), "event": record.getMessage()}
        return json.dumps(told | getattr(record, "fields", {}), ensure_ascii=False, default=str)


def write_json_lines() -> None:
    """Have every event of this process written to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    LOGGER.handlers = [handler]
    LOGGER.setLevel(logging.INFO)
    LOGGER.propagate = False


@contextmanager
def bound(**fields: Any) -> Iterator[None]:
    """Give these fields to every event within: `run_id`, `job`."""
    token = _bound.set({**_bound.get(), **fields})
    try:
        yield
    finally:
        _bound.reset(token)


def tell(event: str, *, level: int = logging.INFO, **fields: Any) -> None:
    """Log an event, such as `table written` with `table`, `rows` and `seconds`."""
    LOGGER.log(level, event, extra={"fields": {**_bound.get(), **fields}})


def tell_failure(error: LakehouseError) -> None:
    """Log what ended a run: the job, the kind of error, the message for the user, the exit code."""
    kind = type(error).__name__
    tell("run failed", level=logging.ERROR, job=error.job, error=kind, message=str(error), exit_code=error.exit_code)


@contextmanager
def telling(event: str, **fields: Any) -> Iterator[dict[str, Any]]:
    """Log an event with its `seconds` when it has ended well; fields may be added on the way."""
    began = time.monotonic()
    yield fields
    tell(event, **fields, seconds=round(time.monotonic() - began, 3))
