"""What cannot be run is told before anything runs; no run is told to have succeeded that did not run."""

from __future__ import annotations

from pathlib import Path

import pytest
from filelock import FileLock

from lakehouse.errors import BusyError, UsageError
from lakehouse.standins.glue.endpoint import choose_endpoint
from tests.entrypoints.conftest import Command, lakehouse  # noqa: F401 - a fixture
from tests.standins.conftest import Aws
from tests.standins.glue_scripts import Deployed


@pytest.fixture
def shop(local_aws: Aws, tmp_path: Path) -> Deployed:
    return Deployed(local_aws, tmp_path)


def test_workflow_that_runs_already_is_not_run_a_second_time(shop: Deployed) -> None:
    shop.job("ingest")
    shop.begin_with("ingest")
    (shop.folder / "glue").mkdir()
    with FileLock(shop.folder / "glue" / f"{shop.name}.lock"), pytest.raises(BusyError, match="runs already"):
        shop.run()


@pytest.mark.parametrize("url", ["https://glue.us-east-1.amazonaws.com", "127.0.0.1:4566"])
def test_aws_itself_is_never_run_against(url: str) -> None:
    with pytest.raises(UsageError, match="no address of a local AWS"):
        choose_endpoint(url, None)


def test_endpoint_that_keeps_no_job_runs_is_refused(stock_aws: Aws) -> None:
    with pytest.raises(UsageError, match="is no local AWS of this project's"):
        choose_endpoint(stock_aws.url, None)


def test_stock_moto_still_has_every_job_run_succeed_at_once(stock_aws: Aws) -> None:
    glue = stock_aws.client("glue")
    glue.create_job(Name="never", Role="none", Command={"Name": "glueetl", "ScriptLocation": "s3://none/none.py"})
    run = glue.start_job_run(JobName="never")["JobRunId"]
    assert glue.get_job_run(JobName="never", RunId=run)["JobRun"]["JobRunState"] == "SUCCEEDED"


def test_job_run_that_nobody_runs_does_not_succeed(shop: Deployed) -> None:
    shop.job("ingest")
    run = shop.glue.start_job_run(JobName=shop.full("ingest"))["JobRunId"]
    told = shop.glue.get_job_run(JobName=shop.full("ingest"), RunId=run)["JobRun"]
    assert told["JobRunState"] == "STARTING"
    assert "CompletedOn" not in told


def test_no_endpoint_is_told_with_how_to_start_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with pytest.raises(UsageError, match="lakehouse aws up"):
        choose_endpoint(None, tmp_path)


def test_unknown_workflow_is_told_with_those_there_are(shop: Deployed) -> None:
    unknown = Deployed(shop.aws, shop.folder)
    unknown.name = "nightly"
    with pytest.raises(UsageError, match=f"no Glue workflow nightly .*{shop.name}"):
        unknown.run()


def test_workflow_without_a_beginning_is_refused(shop: Deployed) -> None:
    with pytest.raises(UsageError, match="no trigger that begins it"):
        shop.run()


def test_trigger_for_a_job_that_is_not_there_is_refused_before_anything_runs(shop: Deployed) -> None:
    shop.job("ingest")
    shop.begin_with("ingest", "gone")
    with pytest.raises(UsageError, match="gone does not exist"):
        shop.run()
    assert shop.ran() == []
