"""`python -m benchmarks.warehouse_work embedded|duckdb EXPORTS OUT`: prints seconds by step and the state, as JSON."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.warehouse_work.contenders import CONTENDERS, STATE, Warehouse
from benchmarks.warehouse_work.questions import QUESTIONS, VIEWS

ASKED = 3


def main(name: str, exports: Path, out: Path) -> None:
    """Load, merge and ask, each step timed."""
    out.mkdir(parents=True)
    warehouse = CONTENDERS[name](exports, out)
    seconds, states = {}, []
    for folder in ("star", "changes"):
        seconds[f"load {folder}"] = _timed(partial(warehouse.load, folder))
        seconds[f"merge {folder}"] = _timed(warehouse.merge)
        states.append(warehouse.ask(STATE))
    asked = {question: _asked(warehouse, sql) for question, sql in QUESTIONS.items()}
    views = {view: _asked(warehouse, f"SELECT * FROM MARTS.{view}") for view in VIEWS if name == "embedded"}
    answers = [sorted(map(str, warehouse.ask(sql))) for sql in QUESTIONS.values()]
    warehouse.close()
    print(json.dumps({"seconds": seconds, "asked": asked, "views": views, "state": [states, answers]}, default=str))


def _asked(warehouse: Warehouse, sql: str) -> float:
    return median(_timed(lambda: warehouse.ask(sql)) for _ in range(ASKED))


def _timed(work: Callable[[], Any]) -> float:
    started = time.monotonic()
    work()
    return round(time.monotonic() - started, 3)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]).resolve(), Path(sys.argv[3]).resolve())
