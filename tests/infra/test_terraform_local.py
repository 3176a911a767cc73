"""infra/envs/local on a stock moto server: apply, a plan with nothing to do, destroy with nothing left."""

from __future__ import annotations

import re
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from tests.infra.terraform import INFRA, Terraform

boto3 = pytest.importorskip("boto3")
server = pytest.importorskip("moto.server")


@pytest.fixture
def endpoint() -> Iterator[str]:
    running = server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    # What an earlier server of this process was told is still there.
    HTTPConnection(host, port).request("POST", "/moto-api/reset")
    yield f"http://{host}:{port}"
    running.stop()


def left_behind(endpoint: str) -> dict[str, list[str]]:
    """What there is in the account, by kind; keys that wait for their end do not count."""

    def client(service: str) -> Any:
        access = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "us-east-1"}
        return boto3.client(service, endpoint_url=endpoint, **access)

    glue, events, kms = client("glue"), client("events"), client("kms")
    keys = [kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"] for key in kms.list_keys()["Keys"]]
    return {
        "buckets": [bucket["Name"] for bucket in client("s3").list_buckets()["Buckets"]],
        "tables": client("dynamodb").list_tables()["TableNames"],
        "streams": client("kinesis").list_streams()["StreamNames"],
        "deliveries": client("firehose").list_delivery_streams()["DeliveryStreamNames"],
        "jobs": glue.list_jobs()["JobNames"],
        "workflows": glue.list_workflows()["Workflows"],
        "triggers": glue.list_triggers()["TriggerNames"],
        "databases": [database["Name"] for database in glue.get_databases()["DatabaseList"]],
        "roles": [role["RoleName"] for role in client("iam").list_roles()["Roles"]],
        "log groups": [group["logGroupName"] for group in client("logs").describe_log_groups()["logGroups"]],
        "rules": [rule["Name"] for rule in events.list_rules()["Rules"]],
        "topics": [topic["TopicArn"] for topic in client("sns").list_topics()["Topics"]],
        "alarms": [alarm["AlarmName"] for alarm in client("cloudwatch").describe_alarms()["MetricAlarms"]],
        "keys": [key["Arn"] for key in keys if key["KeyState"] == "Enabled" and "softcart" in key["Description"]],
    }


def test_platform_comes_stays_and_goes(endpoint: str, tmp_path: Path) -> None:
    wheel = tmp_path / "softcart_lakehouse-0.0.0-py3-none-any.whl"
    wheel.write_text("Stands for a wheel: nothing is run here.\n")
    terraform = Terraform(INFRA / "envs" / "local", tmp_path)
    # Stock moto takes any refusal for one of everything, and Terraform waits a minute for rules on objects to hold.
    settings = {"endpoint": endpoint, "wheel": wheel, "tls_only": "false", "lifecycle_rules": "false"}
    options = [f"-state={tmp_path / 'terraform.tfstate'}", *(f"-var={key}={value}" for key, value in settings.items())]

    assert re.search(r"Apply complete! Resources: \d{2,} added", terraform.run("apply", "-auto-approve", *options))
    there = left_behind(endpoint)
    assert len(there["jobs"]) == len(there["triggers"]) == 7
    assert all(there.values())
    terraform.run("plan", "-detailed-exitcode", *options)
    # The plan has just looked at everything.
    terraform.run("destroy", "-auto-approve", "-refresh=false", *options)
    assert {kind: left for kind, left in left_behind(endpoint).items() if left} == {}
