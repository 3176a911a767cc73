"""The rehearsal on another stand-in: a stock moto server takes the part of LocalStack here."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from lakehouse.errors import LakehouseError, UsageError
from lakehouse.generator import generate
from lakehouse.pipeline import load_jobs
from lakehouse.standins import rehearsal
from lakehouse.standins.elsewhere import job_options, other_stand_in, put_orders, run_jobs
from lakehouse.standins.glue.endpoint import Endpoint

if TYPE_CHECKING:
    from tests.standins.conftest import Aws


def test_server_without_the_projects_own_corrections_is_another(stock_aws: Aws) -> None:
    assert other_stand_in(f"{stock_aws.url}/") == Endpoint(stock_aws.url)


def test_own_local_aws_is_no_other_and_neither_is_none(local_aws: Aws) -> None:
    assert other_stand_in(local_aws.url) is None
    assert other_stand_in(None) is None


@pytest.mark.parametrize("url", ["https://s3.eu-central-1.amazonaws.com", "http://192.0.2.7:4566", "127.0.0.1:4566"])
def test_only_a_server_on_this_machine_is_rehearsed_on(url: str) -> None:
    with pytest.raises(UsageError, match="no server on this machine"):
        other_stand_in(url)


def test_address_where_nothing_answers_is_refused() -> None:
    with pytest.raises(UsageError, match=r"Nothing answers at http://127\.0\.0\.1:9 "):
        other_stand_in("http://127.0.0.1:9")


def test_command_takes_the_address_from_the_environment_and_refuses_it_before_anything_is_made(tmp_path: Path) -> None:
    command = [str(Path(sys.executable).with_name("lakehouse")), "aws", "rehearse", "--home", str(tmp_path)]
    environment = os.environ | {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "COLUMNS": "200"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == UsageError.exit_code
    assert "Nothing answers at http://127.0.0.1:9" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def platform(stock_aws: Aws) -> dict[str, Any]:
    lake = stock_aws.bucket()
    return {
        "landing_url": f"s3://{stock_aws.bucket()}/orders",
        "tables_url": f"s3://{lake}/tables",
        "exports_url": f"s3://{lake}/exports",
    }


def options(platform: dict[str, Any], folder: Path, source: str = "softcart") -> dict[str, str]:
    return job_options(platform, source, f"embedded:{folder / 'warehouse.duckdb'}", f"sqlite:///{folder / 'mlflow.db'}")


def test_every_option_of_every_job_has_a_value(platform: dict[str, Any], tmp_path: Path) -> None:
    given = options(platform, tmp_path).keys()
    lacking = {name for job in load_jobs() for name in job.arguments} - given
    assert lacking <= {"compute", "storage_integration"}, "these two belong to Snowflake"


def test_orders_lie_in_landing_as_they_were_delivered(stock_aws: Aws, platform: dict[str, Any], tmp_path: Path) -> None:
    generate(tmp_path, lines=50, days=5)
    put_orders(Endpoint(stock_aws.url), tmp_path, platform["landing_url"])
    place = urlsplit(platform["landing_url"])
    landed = stock_aws.client("s3").list_objects_v2(Bucket=place.netloc)["Contents"]
    files = list(tmp_path.rglob("*.gz"))
    assert len(files) > 1
    assert {f"orders/{path.relative_to(tmp_path)}": path.stat().st_size for path in files} == {
        found["Key"]: found["Size"] for found in landed
    }


def test_jobs_are_run_in_their_order_until_one_fails_and_says_why(
    stock_aws: Aws, platform: dict[str, Any], tmp_path: Path
) -> None:
    generate(tmp_path / "orders", lines=50, days=5)
    put_orders(Endpoint(stock_aws.url), tmp_path / "orders", platform["landing_url"])
    lake, other = options(platform, tmp_path), options(platform, tmp_path, source="no_such_shop")
    done = run_jobs(Endpoint(stock_aws.url), tmp_path / "jobs", lake, "1g")
    assert next(done)[0] == "ingest_orders"
    tables = stock_aws.client("s3").list_objects_v2(Bucket=urlsplit(lake["lake"]).netloc, Prefix="tables/bronze/")
    assert tables["KeyCount"] > 0
    with pytest.raises(LakehouseError, match=r"ingest_orders: FAILED\. .*no_such_shop.* Its log is .*job\.log"):
        next(run_jobs(Endpoint(stock_aws.url), tmp_path / "failed", other, "1g"))


class Planned:
    """Terraform without its program: notes what it is asked for."""

    asked: list[str]

    def __init__(self, folder: Path, variables: dict[str, str]) -> None:
        self.asked.append(f"glue_enabled = {variables['glue_enabled']}")

    def init(self) -> None: ...

    def apply(self) -> dict[str, Any]:
        self.asked.append("apply")
        return {"landing_url": "s3://no-such-bucket/orders"}

    def destroy(self) -> None:
        self.asked.append("destroy")


def test_failed_rehearsal_leaves_nothing_on_the_other_server(
    stock_aws: Aws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Planned, "asked", [], raising=False)
    monkeypatch.setattr(rehearsal, "Terraform", Planned)
    tried = rehearsal.Rehearsal(
        tmp_path / "rehearsal", 50, 5, lambda step, seconds: None, elsewhere=Endpoint(stock_aws.url)
    )
    with pytest.raises(LakehouseError, match=r"cannot be put into s3://no-such-bucket/orders: .*NoSuchBucket"):
        tried.run()
    assert Planned.asked == ["glue_enabled = false", "apply", "destroy"]
