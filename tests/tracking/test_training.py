"""A training keeps all that it was made from, and moves the champion last or not at all."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from lakehouse.errors import ForecastError, TrackingError
from lakehouse.forecasting.registry import champion, forecast_of, roll_back, versions
from lakehouse.forecasting.store import local_file, local_store, opened
from lakehouse.forecasting.tracking import Outcome
from tests.tracking.conftest import train

ROOT = Path(__file__).parents[2]
First = tuple[str, Outcome]


def test_first_training_is_promoted_and_registered_as_it_forecast(first: First) -> None:
    store, outcome = first
    assert (outcome.model_version, outcome.promoted) == (1, True)
    assert outcome.model in ("four_weekdays", "theta")
    with opened(store) as client:
        present = champion(client)
        assert present is not None
        pd.testing.assert_frame_equal(forecast_of(present), outcome.forecast, check_dtype=False)
    assert set(outcome.scores["model"]) == {"four_weekdays", "theta", "seasonal_naive"}


def test_run_says_what_it_was_made_from_and_how_good_it_is(first: First) -> None:
    store, outcome = first
    with opened(store) as client:
        run = client.get_run(versions(client)[0].run_id)
        by_cutoff = client.get_metric_history(run.info.run_id, f"wape_by_cutoff/total.{outcome.model}")
        files = {file.path for file in client.list_artifacts(run.info.run_id)}
    assert run.data.tags | {"lakehouse.run_id": "run-200", "delta.table_version": "200"} == run.data.tags
    assert run.data.tags["delta.table_id"] == "2f6c-table"
    assert run.data.tags["code.version"]
    assert run.data.params["horizon"] == "28"
    told = outcome.scores[(outcome.scores["model"] == outcome.model) & (outcome.scores["level"] == "total")]
    assert run.data.metrics[f"wape/total.{outcome.model}"] == pytest.approx(told["wape"].mean())
    assert [metric.value for metric in by_cutoff] == pytest.approx(told["wape"].tolist())
    assert {"forecast.png", "backtest.png"} <= files


def test_same_sales_again_promote_nothing(store: str) -> None:
    again = train(store, 200)
    assert (again.promoted, again.model_version) == (False, 1)
    assert "only 0 day(s)" in again.why


def test_rollback_goes_back_once_and_then_refuses(store: str) -> None:
    later = train(store, 240)
    assert later.promoted, later.why
    with opened(store) as client:
        was, now = roll_back(client)
        assert (was.number, now.number) == (2, 1)
        assert champion(client) == now
        with pytest.raises(TrackingError, match="Version 1 of sales_forecast is the first champion"):
            roll_back(client)


def test_training_killed_before_the_alias_moves_promotes_nothing(store: str) -> None:
    command = [sys.executable, "-m", "tests.tracking.killed_training", store, "240"]
    paths = os.pathsep.join((str(ROOT / "spark"), str(ROOT)))
    killed = subprocess.run(command, cwd=ROOT, env=os.environ | {"PYTHONPATH": paths}, check=False)
    assert killed.returncode == -signal.SIGKILL
    with opened(store) as client:
        present = champion(client)
        assert present is not None
        assert present.number == 1
        assert [version.number for version in versions(client)] == [2, 1]


def test_too_few_sales_leave_the_store_as_it_was(store: str) -> None:
    with pytest.raises(ForecastError, match="a forecast needs 84"):
        train(store, 50)
    with opened(store) as client:
        assert [version.number for version in versions(client)] == [1]


def test_server_out_of_reach_is_named_within_seconds() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    began = time.monotonic()
    with pytest.raises(TrackingError, match=f"MLflow store http://127.0.0.1:{port} failed"):
        train(f"http://127.0.0.1:{port}", 200)
    assert time.monotonic() - began < 60  # MLflow's own patience is twenty minutes


@pytest.mark.parametrize("place", ["folder that is a file", "no database"])
def test_file_that_is_no_store_is_named(tmp_path: Path, place: str) -> None:
    (tmp_path / "text").write_text("not a database, but long enough to be read as one" * 50)
    home = tmp_path / "text" if place == "folder that is a file" else tmp_path
    store = local_store(home)
    file = local_file(store)
    assert file is not None
    if home == tmp_path:
        (tmp_path / "text").rename(file)
    with pytest.raises(TrackingError, match=r"mlflow\.db"):
        train(store, 200)


def test_password_of_a_store_is_not_told() -> None:
    with pytest.raises(TrackingError) as failed:
        train("postgresql://shop:secret@127.0.0.1:1/mlflow", 200)
    assert "secret" not in str(failed.value)
