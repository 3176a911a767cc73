"""`python -m tests.tracking.killed_training STORE DAYS`: trains, and dies by SIGKILL just before the alias moves."""

from __future__ import annotations

import os
import signal
import sys

from lakehouse.failpoints import installed
from tests.tracking.conftest import train


def die_before_promotion(point: str) -> None:
    """The hook of the failpoints."""
    if point == "before promote sales_forecast":
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    with installed(die_before_promotion):
        train(sys.argv[1], int(sys.argv[2]))
