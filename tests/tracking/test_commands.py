"""`lakehouse forecast`: what it prints, and what it refuses before it starts anything."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from lakehouse.cli import main
from lakehouse.forecasting.registry import promote, versions
from lakehouse.forecasting.store import opened


def call(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["lakehouse", "forecast", *arguments])
    try:
        main()
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 0
    return 0


def test_versions_are_listed_with_the_champion(
    store: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, "models", "--store", store, "--format", "json") == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["version"], row["champion"], row["cutoff"]) == (1, True, "2024-07-18")


def test_rollback_without_a_champion_before_says_so(
    store: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, "rollback", "--store", store) == 11
    assert "none before it to go back to" in " ".join(capsys.readouterr().err.split())


def test_rollback_says_which_version_answers_now(
    store: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with opened(store) as client:
        one = versions(client)[0]
        tags = {"model": "theta", "cutoff": "2024-08-01"}
        client.create_model_version("sales_forecast", one.uri, one.run_id, tags)
        promote(client, versions(client)[0], over=one)
    assert call(monkeypatch, "rollback", "--store", store) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "Version 1 " in out
    assert "champion again, in place of version 2 (theta, cut-off 2024-08-01)" in out


@pytest.mark.parametrize("command", ["models", "rollback", "serve", "ui"])
def test_state_without_a_forecast_says_what_trains_one(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    port = ["--port", "0"] if command == "serve" else []
    assert call(monkeypatch, command, *port, "--home", str(tmp_path)) == 2
    assert "No forecast has been trained" in " ".join(capsys.readouterr().err.split())
