"""A pipeline.yaml that cannot run is refused at plan, and the message names what is wrong with which entry."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.infra.terraform import INFRA, Terraform

MODULE = INFRA / "modules" / "glue_jobs"
ENTRY = {"description": "x", "entry_point": "glue_jobs/ingest_orders.py"}


@pytest.fixture(scope="module")
def terraform(tmp_path_factory: pytest.TempPathFactory) -> Terraform:
    return Terraform(MODULE, tmp_path_factory.mktemp("terraform"))


def refusal(terraform: Terraform, schedule: str, jobs: dict[str, dict[str, Any]]) -> str:
    """What plan says, on one line."""
    urls = {"tables_url": "s3://shop-lake/tables", "exports_url": "s3://shop-lake/exports"}
    places = {"buckets": dict.fromkeys(("landing", "lake", "artifacts"), "shop"), "landing_prefix": "orders"}
    wheel = str(MODULE / "tests" / "fixtures" / "shop-0.0.0-py3-none-any.whl")
    pipeline = {"schedule": schedule, "jobs": {name: ENTRY | entry for name, entry in jobs.items()}}
    values = {"name": "shop-dev", "project_root": "../../..", "wheel": wheel, "kms_key_arn": "key", "arguments": {}}
    file = terraform.scratch / "bad.tfvars.json"
    file.write_text(json.dumps({**values, **urls, **places, "pipeline": pipeline}))
    told = terraform.run("plan", "-input=false", f"-var-file={file}", accepted=(1,))
    return " ".join(told.replace("│", " ").split())


def test_each_entry_is_named_with_what_is_wrong(terraform: Terraform) -> None:
    told = refusal(
        terraform,
        "cron(15 * * * * *)",
        {
            "Ingest": {},
            "second": {"after": ["first"]},
            "third": {"worker_type": "G.3X"},
            "fourth": {"workers": 1},
            "fifth": {"timeout_minutes": 0},
            "sixth": {"retries": 11},
            "seventh": {"writes": ["bronze/*"]},
            "eighth": {"schedule": "cron(45 3 ? * SUN *)"},
            "ninth": {"after": ["eighth"]},
        },
    )
    assert 'schedule is "cron(15 * * * * *)", that of eighth "cron(45 3 ? * SUN *)". It must be cron(' in told
    assert "letters, digits and underscores, and these are not: Ingest." in told
    assert "no such job: second comes after first." in told
    assert "that of third is G.3X." in told
    assert "fourth has 1." in told
    assert "unlike in fifth, sixth." in told
    assert "unlike bronze/* of seventh." in told
    assert "none waits for it, unlike eighth." in told


def test_schedule_of_five_fields_is_told_apart(terraform: Terraform) -> None:
    assert 'schedule is "cron(15 * * * ?)"' in refusal(terraform, "cron(15 * * * ?)", {"first": {}})
    own = {"first": {"schedule": "cron(45 3 * * SUN)"}}
    assert 'that of first "cron(45 3 * * SUN)". It must' in refusal(terraform, "cron(15 * * * ? *)", own)


def test_jobs_that_are_no_object_are_told_by_their_attribute(terraform: Terraform) -> None:
    told = refusal(terraform, "cron(15 * * * ? *)", {"first": {"workers": "many"}})
    assert "a number is required" in told
