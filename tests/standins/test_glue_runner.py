"""A deployed workflow runs as on Glue: order, triggers, roles, logs. The jobs are real processes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lakehouse.errors import UsageError
from lakehouse.standins.glue.runner import WorkflowRun
from tests.entrypoints.conftest import Command, lakehouse  # noqa: F401 - a fixture
from tests.standins.conftest import Aws
from tests.standins.glue_scripts import Deployed

FAILS = "raise ValueError('the ledger differs')"


@pytest.fixture
def shop(local_aws: Aws, tmp_path: Path) -> Deployed:
    return Deployed(local_aws, tmp_path)


def states(run: WorkflowRun, shop: Deployed) -> dict[str, str]:
    return {ended.job.removeprefix(f"{shop.name}-"): ended.state for ended in run.ended}


def test_jobs_run_in_the_order_of_their_triggers(shop: Deployed) -> None:
    for job in ("publish", "ingest", "orders", "products"):
        shop.job(job)
    shop.begin_with("ingest")
    shop.after({"ingest": "SUCCEEDED"}, "products", "orders")
    shop.after({"orders": "SUCCEEDED", "products": "SUCCEEDED"}, "publish")
    run = shop.run()
    assert run.succeeded
    assert shop.ran() == ["ingest", "products", "orders", "publish"]
    told = shop.glue.get_workflow_run(Name=shop.name, RunId=run.run_id)["Run"]
    assert told["Status"] == "COMPLETED"
    assert told["Statistics"]["SucceededActions"] == told["Statistics"]["TotalActions"] == 4


@pytest.mark.parametrize(("logical", "expected"), [("ANY", ["good", "bad", "next"]), ("AND", ["good", "bad"])])
def test_any_condition_suffices_only_where_the_trigger_says_so(
    shop: Deployed, logical: str, expected: list[str]
) -> None:
    shop.job("good")
    shop.job("bad", FAILS)
    shop.job("next")
    shop.begin_with("good", "bad")
    shop.after({"good": "SUCCEEDED", "bad": "SUCCEEDED"}, "next", logical=logical)
    shop.run()
    assert shop.ran() == expected


def test_trigger_that_is_not_activated_does_not_fire(shop: Deployed) -> None:
    shop.job("ingest")
    shop.job("publish")
    shop.begin_with("ingest")
    shop.after({"ingest": "SUCCEEDED"}, "publish", active=False)
    assert [trigger.active for trigger in shop.run().not_fired] == [False]
    assert shop.ran() == ["ingest"]


def test_scheduled_trigger_begins_a_run_too(shop: Deployed) -> None:
    shop.job("ingest")
    actions = [{"JobName": shop.full("ingest")}]
    shop.glue.create_trigger(
        Name=shop.name, WorkflowName=shop.name, Type="SCHEDULED", Schedule="cron(15 * * * ? *)", Actions=actions
    )
    assert shop.run().succeeded


def test_job_runs_under_its_role_and_fails_where_the_role_is_gone(shop: Deployed) -> None:
    shop.job("ingest")
    shop.job("orphan", Role="arn:aws:iam::123456789012:role/gone")
    shop.begin_with("ingest", "orphan")
    assert states(shop.run(), shop) == {"ingest": "SUCCEEDED", "orphan": "FAILED"}
    assert [note["key"] != "test" for note in shop.noted()] == [True]
    assert "role/gone does not exist" in shop.job_runs("orphan")[0]["ErrorMessage"]


WRITES = """
import boto3
boto3.client("s3").put_object(Bucket=sys.argv[sys.argv.index("--bucket") + 1], Key="gold/file", Body=b"")
"""


def test_job_that_goes_beyond_its_role_fails_where_iam_is_enforced(strict_aws: Aws, tmp_path: Path) -> None:
    shop = Deployed(strict_aws, tmp_path)
    other = strict_aws.bucket()
    shop.job("good", WRITES, arguments={"--bucket": shop.bucket})
    shop.job("bad", WRITES, arguments={"--bucket": other})
    shop.begin_with("good", "bad")
    own = [f"arn:aws:s3:::{shop.bucket}/*.py", f"arn:aws:s3:::{shop.bucket}/gold/*"]
    statement = {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": own}
    strict_aws.client("iam").put_role_policy(
        RoleName=shop.name,
        PolicyName="may",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )
    run = shop.run()
    assert states(run, shop) == {"good": "SUCCEEDED", "bad": "FAILED"}
    assert "(AccessDenied) when calling the PutObject operation" in run.ended[1].error


def test_output_is_in_the_log_group_that_was_deployed(shop: Deployed) -> None:
    group = f"/{shop.name}/jobs/kms-role/{shop.name}/output"
    shop.job(
        "ingest", "print('541909 lines')", SecurityConfiguration="kms",
        arguments={"--custom-logGroup-prefix": f"/{shop.name}/jobs"},
    )  # fmt: skip
    shop.begin_with("ingest")
    logs = shop.aws.client("logs")
    logs.create_log_group(logGroupName=group)
    shop.run()
    (told,) = shop.job_runs("ingest")
    assert told["LogGroupName"] == group
    events = logs.get_log_events(logGroupName=group, logStreamName=told["Id"])["events"]
    assert [event["message"] for event in events] == ["541909 lines"]


MEETS = """
import time
noted.with_name(sys.argv[sys.argv.index("--job") + 1]).touch()
other = noted.with_name(sys.argv[sys.argv.index("--other") + 1])
for _ in range(600):
    if other.exists():
        sys.exit(0)
    time.sleep(0.1)
sys.exit("alone")
"""


def test_jobs_that_do_not_wait_for_each_other_may_run_side_by_side(shop: Deployed) -> None:
    shop.job("left", MEETS, arguments={"--other": "right"})
    shop.job("right", MEETS, arguments={"--other": "left"})
    shop.begin_with("left", "right")
    assert shop.run(parallel=2).succeeded


def test_jobs_run_one_at_a_time_unless_told_otherwise(shop: Deployed) -> None:
    shop.job("left", "noted.with_name('left').touch(); assert not noted.with_name('right').exists()")
    shop.job("right", "noted.with_name('right').touch()")
    shop.begin_with("left", "right")
    assert shop.run().succeeded


def test_job_runs_by_itself_apart_from_any_workflow(shop: Deployed) -> None:
    shop.job("upkeep")
    assert shop.run_alone("upkeep").state == "SUCCEEDED"
    (note,) = shop.noted()
    assert note["key"] != "test", "it runs under the keys of its role"
    assert "--WORKFLOW_RUN_ID" not in note["argv"]
    assert [run["JobRunState"] for run in shop.job_runs("upkeep")] == ["SUCCEEDED"]


def test_job_by_itself_tells_why_it_failed(shop: Deployed) -> None:
    shop.job("upkeep", FAILS)
    assert "the ledger differs" in shop.run_alone("upkeep").error


def test_job_by_itself_must_be_there(shop: Deployed) -> None:
    with pytest.raises(UsageError, match="gone does not exist"):
        shop.run_alone("gone")
