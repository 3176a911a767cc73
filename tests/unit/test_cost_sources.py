"""What a bill takes from elsewhere is still so there: infra's values, the generator's lines, the page."""

from __future__ import annotations

import gzip
import re
from dataclasses import fields
from pathlib import Path

import pytest
import yaml

from lakehouse.cost import ENVIRONMENTS, Volumes, runs_a_day
from lakehouse.cost.bill import deployed_jobs
from lakehouse.cost.document import page
from lakehouse.cost.environments import PROD, Environment
from lakehouse.generator import generate

ROOT = Path(__file__).parents[2]
INFRA = ROOT / "infra"
VALUES = {
    "schedule_enabled": "scheduled",
    "shards": "shards",
    "buffer_megabytes": "buffer_megabytes",
    "buffer_seconds": "buffer_seconds",
    "event_stream_hours": "stream_hours",
    "old_versions_days": "old_versions_days",
    "access_logs_days": "access_logs_days",
    "logs_days": "logs_days",
    "infrequent_access_days": "infrequent_access_days",
    "exports_days": "exports_days",
    "monthly_credits": "monthly_credits",
    "size": "warehouse_size",
    "auto_suspend": "auto_suspend_seconds",
}
"""Fields of Environment by the names of infra's variables."""

each_environment = pytest.mark.parametrize("environment", ENVIRONMENTS.values(), ids=lambda one: str(one.name))


def settings(environment: str) -> dict[str, object]:
    """Values of an environment: those of its terraform.tfvars, else the defaults of its variables."""
    folder = INFRA / "envs" / environment
    defaults = re.findall(
        r"(\w+)\s+= optional\((?:number|bool|string), ([^)]+)\)", (folder / "variables.tf").read_text()
    )
    given = re.findall(r"(\w+)\s*= (true|false|\d+|\"\w+\")", (folder / "terraform.tfvars").read_text())
    return {name: yaml.safe_load(value) for name, value in [*defaults, *given]}


def resources(kind: str) -> str:
    """All that infra's modules but mlflow say of one kind of resource, block by block."""
    files = [path for path in INFRA.glob("modules/*/*.tf") if path.parent.name != "mlflow"]
    blocks = [re.findall(rf'^resource "{kind}" .*?^}}', path.read_text(), re.DOTALL | re.MULTILINE) for path in files]
    return "\n".join(block for of_file in blocks for block in of_file)


@each_environment
def test_environment_is_what_infra_provisions(environment: Environment) -> None:
    found = settings(environment.name)
    told = {name: getattr(environment, field) for name, field in VALUES.items()}
    assert {name: found.get(name) for name in VALUES} == told


@each_environment
def test_things_that_stand_there_are_counted(environment: Environment) -> None:
    stale = "stale_after_hours = {}" not in (INFRA / "envs" / environment.name / "terraform.tfvars").read_text()
    alarms = resources("aws_cloudwatch_metric_alarm")
    assert alarms.count("resource ") == 4
    assert alarms.count("for_each") == 1  # stale results: by default of publishing, and of the forecast where it is
    assert environment.alarms == 3 + stale
    things = {"aws_cloudwatch_dashboard": environment.dashboards, "aws_kms_key": environment.keys}
    things |= {"aws_secretsmanager_secret": environment.secrets, "aws_kinesis_stream": 1, "aws_dynamodb_table": 1}
    assert {kind: resources(kind).count("resource ") for kind in things} == things


def test_prod_runs_as_the_pipeline_is_scheduled() -> None:
    assert PROD.runs_a_day == runs_a_day()


def test_job_that_needs_a_tracking_server_is_not_deployed_without() -> None:
    assert [job.name for job in deployed_jobs(PROD)][-1] == "publish_to_warehouse"
    assert '!contains(job.arguments, "tracking")' in (INFRA / "modules" / "platform" / "main.tf").read_text()


def test_every_setting_of_an_environment_is_compared() -> None:
    elsewhere = {"name", "runs_a_day", "alarms", "keys", "secrets", "dashboards", "mlflow"}
    assert {field.name for field in fields(Environment)} == set(VALUES.values()) | elsewhere


def test_landed_lines_are_as_large_as_the_generator_writes_them(tmp_path: Path) -> None:
    generate(tmp_path, lines=13_000, days=2)
    files = list(tmp_path.rglob("*.gz"))
    unpacked = b"".join(gzip.decompress(file.read_bytes()) for file in files)
    lines = unpacked.count(b"\n")
    assert len(unpacked) / lines == pytest.approx(Volumes.line_bytes, rel=0.05)
    assert sum(file.stat().st_size for file in files) / lines == pytest.approx(Volumes.landed_bytes, rel=0.1)


def test_page_is_what_the_code_reckons() -> None:
    assert (ROOT / "docs" / "cost.md").read_text(encoding="utf-8") == page(), (
        "write it anew: python -m lakehouse.cost.document > docs/cost.md"
    )
