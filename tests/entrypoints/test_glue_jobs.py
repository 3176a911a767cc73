"""Each entry point hands its own job to the runtime."""

from __future__ import annotations

import runpy
from pathlib import Path
from types import ModuleType

import pytest

from lakehouse import runtime
from lakehouse.pipeline import load_jobs

FOLDER = Path(__file__).parents[2] / "glue_jobs"


def test_every_job_has_an_entry_point_and_no_entry_point_lacks_a_job() -> None:
    assert {path.stem for path in FOLDER.glob("*.py")} == {job.name for job in load_jobs()} | {"maintain_lake"}


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.stem)
def test_entry_point_runs_its_own_job_and_nothing_at_import(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[ModuleType] = []
    monkeypatch.setattr(runtime, "main", started.append)
    runpy.run_path(str(path), run_name="imported")
    assert started == []
    runpy.run_path(str(path), run_name="__main__")
    assert [job.__name__ for job in started] == [f"lakehouse.jobs.{path.stem}"]
