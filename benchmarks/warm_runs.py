"""`python -m benchmarks.warm_runs DELIVERY RUNS HOME:LANDING...`: a delivery into several states, in one session.

Prints for each state the median wall and CPU seconds of its runs, the first of which is not counted.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from statistics import median

import psutil
from pyspark.sql import SparkSession

from benchmarks.deliveries import read
from benchmarks.figures.one_day import History
from benchmarks.runs import jobs_without
from lakehouse.pipeline import Options, new_run_id, run_job
from lakehouse.session import session
from lakehouse.settings import State


def main(delivery: Path, runs: int, histories: list[History]) -> None:
    """Run the delivery into each history, again and again."""
    lines = read(delivery)
    # As `lakehouse run` has it for so little onto so much.
    with session(few_rows=True, large_history=True) as spark:
        rounds = [[_run(spark, history, lines) for history in histories] for _ in range(runs + 1)]
    by_history = zip(*rounds[1:], strict=True)
    print(json.dumps([{name: median(one[name] for one in several) for name in several[0]} for several in by_history]))


def _run(spark: SparkSession, history: History, lines: list[str]) -> dict[str, float]:
    history.put_back(lines)
    state = State(history.home, "softcart", history.landing)
    run_id, started, before = new_run_id(), time.monotonic(), _cpu_seconds()
    for job in jobs_without("forecast_sales"):
        run_job(spark, job, state, Options(), run_id)
    return {
        "wall_seconds": round(time.monotonic() - started, 2),
        "cpu_seconds": round(_cpu_seconds() - before, 2),
    }


def _cpu_seconds() -> float:
    me = psutil.Process()
    times = [process.cpu_times() for process in (me, *me.children(recursive=True))]
    return sum(time.user + time.system for time in times)


if __name__ == "__main__":
    pairs = (argument.partition(":") for argument in sys.argv[3:])
    main(Path(sys.argv[1]), int(sys.argv[2]), [History(Path(home), Path(landing)) for home, _, landing in pairs])
