"""A deployed workflow runs as on Glue: order, triggers, timeouts, retries, records, errors. The jobs are real."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from filelock import FileLock

from lakehouse.errors import BusyError, UsageError
from lakehouse.standins.glue.endpoint import choose_endpoint
from lakehouse.standins.glue.process import error_message
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


def test_failed_job_is_told_as_on_glue_and_what_waits_for_it_does_not_run(shop: Deployed) -> None:
    shop.job("ingest", FAILS)
    shop.job("publish")
    shop.job("alarm")
    shop.begin_with("ingest")
    shop.after({"ingest": "SUCCEEDED"}, "publish")
    shop.after({"ingest": "FAILED"}, "alarm")
    run = shop.run()
    assert not run.succeeded
    assert states(run, shop) == {"ingest": "FAILED", "alarm": "SUCCEEDED"}
    assert [trigger.name for trigger in run.not_fired] == [shop.full("publish")]
    (told,) = shop.job_runs("ingest")
    assert told["JobRunState"] == "FAILED"
    assert told["ErrorMessage"] == "ValueError: the ledger differs (ingest.py, line 6)"
    assert told["CompletedOn"] >= told["StartedOn"]
    assert "Traceback" in run.ended[0].log.read_text()


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


CHILD = """
import subprocess, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
noted.with_name("child").write_text(str(child.pid))
time.sleep(600)
"""


def test_timeout_ends_the_job_and_its_children_and_is_not_tried_again(shop: Deployed) -> None:
    shop.job("endless", CHILD, Timeout=2, MaxRetries=3)
    shop.job("alarm")
    shop.begin_with("endless")
    shop.after({"endless": "TIMEOUT"}, "alarm")
    run = shop.run(minute=3.0)
    assert states(run, shop) == {"endless": "TIMEOUT", "alarm": "SUCCEEDED"}
    (told,) = shop.job_runs("endless")
    assert (told["JobRunState"], told["ErrorMessage"]) == ("TIMEOUT", "Job run exceeded its timeout of 2 minutes")
    assert has_ended(int((shop.folder / "child").read_text()))


def has_ended(pid: int) -> bool:
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        state = Path(f"/proc/{pid}/stat")
        if state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z":
            return True  # nobody is there to ask for a child of a killed process
        time.sleep(0.05)
    return False


SECOND_TIME = """
again = noted.with_name("again")
if not again.exists():
    again.touch()
    sys.exit(7)
"""


def test_failed_job_is_tried_as_often_as_it_may_be(shop: Deployed) -> None:
    shop.job("shaky", SECOND_TIME, MaxRetries=2)
    shop.job("broken", "sys.exit('no such table')", MaxRetries=1)
    shop.begin_with("shaky", "broken")
    run = shop.run()
    assert states(run, shop) == {"shaky": "SUCCEEDED", "broken": "FAILED"}
    assert shop.ran() == ["shaky", "shaky", "broken", "broken"]
    first, second = shop.job_runs("shaky")
    assert [(one["Attempt"], one["JobRunState"]) for one in (first, second)] == [(0, "FAILED"), (1, "SUCCEEDED")]
    assert second["PreviousRunId"] == first["Id"]
    assert shop.job_runs("broken")[1]["ErrorMessage"] == "no such table"


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


WAITS_AT_FIRST = CHILD.replace("\ntime.sleep(600)", "\ntime.sleep(0 if noted.with_name('again').exists() else 600)")


def test_runs_of_a_killed_runner_are_ended_before_the_next(
    shop: Deployed,
    lakehouse: Command,  # noqa: F811
) -> None:
    shop.job("endless", WAITS_AT_FIRST)
    shop.begin_with("endless")
    arguments = ["glue", "run", shop.name, "--endpoint-url", shop.aws.url, "--home", str(shop.folder)]
    command = [sys.executable, "-c", "from lakehouse.cli import main; main()", *arguments]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as runner:
        while not (shop.folder / "child").exists():
            assert runner.poll() is None
            time.sleep(0.05)
        child = int((shop.folder / "child").read_text())
        runner.kill()
    (shop.folder / "again").touch()
    assert lakehouse(*arguments).code == 0
    assert [one["JobRunState"] for one in shop.job_runs("endless")] == ["STOPPED", "SUCCEEDED"]
    assert has_ended(child)


def test_workflow_that_runs_already_is_not_run_a_second_time(shop: Deployed) -> None:
    shop.job("ingest")
    shop.begin_with("ingest")
    (shop.folder / "glue").mkdir()
    with FileLock(shop.folder / "glue" / f"{shop.name}.lock"), pytest.raises(BusyError, match="runs already"):
        shop.run()


def test_command_tells_the_failed_job_its_error_and_its_log(
    shop: Deployed,
    lakehouse: Command,  # noqa: F811
) -> None:
    shop.job("ingest", FAILS)
    shop.job("publish")
    shop.begin_with("ingest")
    shop.after({"ingest": "SUCCEEDED"}, "publish")
    told = lakehouse("glue", "run", shop.name, "--endpoint-url", shop.aws.url, "--home", shop.folder)
    assert told.code == 1
    assert "ValueError: the ledger differs (ingest.py, line 6)" in told.words
    assert f"Not run: {shop.full('publish')}." in told.words
    assert "job.log" in told.words


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
    with pytest.raises(UsageError, match="gone, which does not exist"):
        shop.run()
    assert shop.ran() == []


@pytest.mark.parametrize(
    ("log", "expected"),
    [
        ("started\nThe ledger differs by 3 lines.\n", "started The ledger differs by 3 lines."),
        ("", "no output"),
        (
            'Traceback (most recent call last):\n  File "/x/job.py", line 3, in f\n    g()\nKeyError: 1\nbye\n',
            "KeyError: 1 (job.py, line 3)",
        ),
        (
            "Traceback (most recent call last):\npy4j.Py4JJavaError: An error occurred.\n: java.io.IOException: full\n",
            "py4j.Py4JJavaError: An error occurred.: java.io.IOException: full",
        ),
    ],
    ids=["last words", "silence", "traceback", "Java"],
)
def test_error_of_a_job_is_the_line_that_says_what_went_wrong(log: str, expected: str) -> None:
    assert error_message(log) == expected
