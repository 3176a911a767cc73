"""pipeline.yaml: every job has what it names, and no order is impossible."""

from __future__ import annotations

import importlib
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import pytest
import yaml

from lakehouse.errors import EnvironmentProblem, UsageError
from lakehouse.failpoints import installed
from lakehouse.pipeline import (
    Options,
    chosen_jobs,
    job_arguments,
    load_jobs,
    new_run_id,
    remove_leftovers,
    run_pipeline,
)
from lakehouse.settings import State, project_file

JOBS = (
    "ingest_orders",
    "build_order_lines",
    "build_dimensions",
    "build_fact_sales",
    "build_daily_sales",
    "publish_to_warehouse",
    "forecast_sales",
)


def written(folder: Path, jobs: dict[str, list[str]]) -> Path:
    path = folder / "pipeline.yaml"
    content = {"jobs": {name: {"description": name, "after": after} for name, after in jobs.items()}}
    path.write_text(yaml.safe_dump(content))
    return path


def test_jobs_come_in_the_order_in_which_data_flows() -> None:
    assert tuple(job.name for job in load_jobs()) == JOBS


def test_job_comes_behind_those_it_waits_for_wherever_it_is_written(tmp_path: Path) -> None:
    path = written(tmp_path, {"last": ["middle"], "middle": ["first"], "first": []})
    assert [job.name for job in load_jobs(path)] == ["first", "middle", "last"]


def test_jobs_that_wait_for_each_other_are_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"wait for each other: .*one.*two|wait for each other: .*two.*one"):
        load_jobs(written(tmp_path, {"one": ["two"], "two": ["one"]}))


def test_job_that_waits_for_an_unknown_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no job is called three"):
        load_jobs(written(tmp_path, {"one": ["three"]}))


def test_chosen_jobs_keep_the_pipelines_order() -> None:
    assert [job.name for job in chosen_jobs(("build_daily_sales", "ingest_orders"))] == [
        "ingest_orders",
        "build_daily_sales",
    ]
    with pytest.raises(UsageError, match=r"no job build_everything\. The jobs are ingest_orders, "):
        chosen_jobs(("build_everything",))


@pytest.mark.parametrize("name", JOBS)
def test_job_has_an_entry_point_a_config_that_the_runner_can_fill_and_a_run(name: str) -> None:
    entry = yaml.safe_load(project_file("glue_jobs/pipeline.yaml").read_text())["jobs"][name]
    assert project_file(entry["entry_point"]).is_file()
    module: Any = importlib.import_module(f"lakehouse.jobs.{name}")
    assert name == module.JOB
    assert callable(module.run)
    assert module.Config.__dataclass_params__.frozen
    given = job_arguments(State(Path("home"), "softcart", Path("landing")), Options(), "run-1")
    needed = {field.name for field in fields(module.Config) if field.default is MISSING}
    assert needed <= given.keys()


def test_run_ids_sort_by_time_and_differ() -> None:
    ids = [new_run_id() for _ in range(20)]
    assert len(set(ids)) == 20
    assert [run_id[:16] for run_id in ids] == sorted(run_id[:16] for run_id in ids)


@pytest.fixture
def published_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> State:
    """A state with a lake and a warehouse, as far as their files go."""
    monkeypatch.chdir(tmp_path)
    state = State(tmp_path / "home", "softcart", tmp_path / "landing")
    (state.lake / "gold" / "fact_sales" / "_delta_log").mkdir(parents=True)
    state.warehouse.touch()
    (tmp_path / "landing").mkdir()
    (tmp_path / "landing" / "orders.jsonl").write_text("{}\n")
    return state


@pytest.mark.parametrize("left", ["nothing", "an empty folder"])
def test_lake_whose_drive_is_gone_is_asked_for_and_not_made_anew(published_state: State, left: str) -> None:
    away = published_state.lake.rename(published_state.home.parent / "drive")
    if left == "an empty folder":
        published_state.lake.mkdir()
    with pytest.raises(EnvironmentProblem, match=r"The lake .*home/lake is gone.*Bring it back"):
        run_pipeline(published_state, Options())
    assert list(away.iterdir())
    assert not list(published_state.lake.glob("*"))


def test_lake_set_aside_and_half_removed_is_not_taken_for_the_one_to_go_back_to(published_state: State) -> None:
    aside = published_state.home / "lake.before-refresh"
    (aside / "bronze").mkdir(parents=True)

    def die(event: str) -> None:
        if event == "before remove lake.removed":
            raise OSError(event)

    with installed(die), pytest.raises(OSError, match="remove lake"):
        remove_leftovers(published_state)
    assert not aside.exists()
    remove_leftovers(published_state)
    assert sorted(path.name for path in published_state.home.iterdir()) == ["lake", "warehouse.duckdb"]
