"""What was measured, kept as JSON beside the page, so that the page can be made anew without measuring."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.machine import machine, versions


@dataclass(frozen=True)
class Plan:
    """How much is measured.

    Attributes:
        work: folder for what is generated and built; emptied before and after.
        uci: folder of the UCI Online Retail files.
        share: part of each figure's full size.
        runs: how often each contender runs; the median counts.
    """

    work: Path
    uci: Path
    share: float = 1.0
    runs: int = 3

    def lines(self, full: int) -> int:
        """So many lines at this share, two thousand at least: fewer do not hold every kind of fault."""
        return max(2_000, round(full * self.share))


@dataclass(frozen=True)
class Result:
    """One figure as it was measured: `data` is what its module's `measure` returned."""

    figure: str
    measured_at: str
    command: str
    share: float
    machine: dict[str, str]
    versions: dict[str, str]
    data: dict[str, Any]

    def write(self, folder: Path) -> None:
        """Write it as `<folder>/<figure>.json`."""
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(asdict(self), indent=2, ensure_ascii=False, default=str)
        (folder / f"{self.figure}.json").write_text(text + "\n", encoding="utf-8")


def result_of(figure: str, command: str, share: float, data: dict[str, Any]) -> Result:
    """A result of now, on this machine."""
    moment = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    # Through JSON and back, so that what is shown now is what is read again later.
    kept = json.loads(json.dumps(data, default=str))
    return Result(figure, moment, command, share, machine(), versions(), kept)


def read_result(folder: Path, figure: str) -> Result | None:
    """The result kept in the folder; None where the figure has not been measured."""
    path = folder / f"{figure}.json"
    return Result(**json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else None
