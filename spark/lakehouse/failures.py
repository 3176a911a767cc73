"""How a failure in Spark reaches the user: in one line, with what is safe and how to go on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from py4j.protocol import Py4JJavaError  # type: ignore[import-untyped]
from pyspark.errors import PySparkException

from lakehouse.errors import BusyError, LakehouseError


@contextmanager
def told_in_one_line(job: str, again: str) -> Iterator[None]:
    """Give what fails in Spark to the user as one line.

    Args:
        again: what to do next, and where the whole story is: "`lakehouse run` goes on from there."

    Raises:
        LakehouseError: in place of Spark's own error.
    """
    try:
        yield
    except LakehouseError as error:
        error.job = job
        raise
    except (PySparkException, Py4JJavaError) as error:
        text = str(error.java_exception.getMessage() if isinstance(error, Py4JJavaError) else error)
        if re.search(r"DELTA_CONCURRENT|Concurrent\w+Exception", text):
            told: LakehouseError = BusyError(
                f"{job} stopped: another run wrote to the same table at the same time. Nothing is lost; when the "
                f"other one has ended, {again}"
            )
        else:
            told = LakehouseError(f"{job} failed: {_reason(text, error)} What was written before is whole; {again}")
        told.job = job
        raise told from error


def _reason(text: str, error: Exception) -> str:
    """What failed, and why in the end: a full disk is the cause of a cause of a failed write."""
    what = next((line for line in text.splitlines() if line.strip()), type(error).__name__)
    causes = re.findall(r"Caused by: [\w.$]+: (.+)", str(error))
    told = _shortened(what, 400)
    return told if not causes or causes[-1] in what else f"{told} ({_shortened(causes[-1], 200)})"


def _shortened(text: str, most: int) -> str:
    """Its beginning says what failed, its end why: what is left out is the middle of long paths."""
    return text if len(text) <= most else f"{text[: most // 2]} ... {text[-most // 2 :]}"
