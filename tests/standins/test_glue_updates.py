"""A deployed job or trigger can be changed in place, as a second `terraform apply` does."""

from __future__ import annotations

from pathlib import Path

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError

from tests.standins.conftest import Aws, boto3
from tests.standins.glue_scripts import Deployed

REGION = "us-east-1"


def test_changed_job_has_the_new_definition_whole_and_its_old_runs(local_aws: Aws, tmp_path: Path) -> None:
    shop = Deployed(local_aws, tmp_path)
    shop.job("ingest", MaxRetries=2)
    shop.begin_with("ingest")
    shop.run()
    command = {"Name": "glueetl", "ScriptLocation": "s3://artifacts/new.py"}
    update = {"Role": shop.role, "Command": command, "Timeout": 7, "GlueVersion": "6.0"}
    assert shop.glue.update_job(JobName=shop.full("ingest"), JobUpdate=update)["JobName"] == shop.full("ingest")
    job = shop.glue.get_job(JobName=shop.full("ingest"))["Job"]
    assert (job["Command"], job["Timeout"], job["GlueVersion"]) == (command, 7, "6.0")
    assert job["DefaultArguments"] == {}
    assert "MaxRetries" not in job
    assert [run["JobRunState"] for run in shop.job_runs("ingest")] == ["SUCCEEDED"]


def test_changed_trigger_starts_the_new_jobs(local_aws: Aws, tmp_path: Path) -> None:
    shop = Deployed(local_aws, tmp_path)
    for job in ("ingest", "old", "new"):
        shop.job(job)
    shop.begin_with("ingest")
    shop.after({"ingest": "SUCCEEDED"}, "old")
    condition = {"LogicalOperator": "EQUALS", "JobName": shop.full("ingest"), "State": "SUCCEEDED"}
    update = {
        "Name": shop.full("old"),
        "Actions": [{"JobName": shop.full("new")}],
        "Predicate": {"Logical": "AND", "Conditions": [condition]},
    }
    told = shop.glue.update_trigger(Name=shop.full("old"), TriggerUpdate=update)["Trigger"]
    assert (told["Type"], told["State"], told["WorkflowName"]) == ("CONDITIONAL", "ACTIVATED", shop.name)
    shop.run()
    assert shop.ran() == ["ingest", "new"]


def test_unknown_job_cannot_be_changed(local_aws: Aws) -> None:
    command = {"Name": "glueetl", "ScriptLocation": "s3://artifacts/new.py"}
    with pytest.raises(ClientError, match="EntityNotFound"):
        local_aws.client("glue").update_job(JobName="gone", JobUpdate={"Role": "none", "Command": command})


def test_stock_moto_still_cannot_change_a_job(stock_aws: Aws) -> None:
    glue = boto3.client(
        "glue", endpoint_url=stock_aws.url, region_name=REGION, aws_access_key_id="test",
        aws_secret_access_key=stock_aws.secret, config=Config(retries={"total_max_attempts": 1}),
    )  # fmt: skip
    command = {"Name": "glueetl", "ScriptLocation": "s3://none/none.py"}
    glue.create_job(Name="fixed", Role="none", Command=command)
    with pytest.raises((ClientError, ConnectionClosedError)):
        glue.update_job(JobName="fixed", JobUpdate={"Role": "other", "Command": command})
