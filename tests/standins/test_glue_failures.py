"""A job that fails, takes too long or is interrupted is ended, recorded and told as on Glue."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lakehouse.errors import LakehouseError
from lakehouse.standins.glue.process import error_message
from lakehouse.standins.glue.runner import WorkflowRun
from lakehouse.standins.local_aws import start, stop
from tests.entrypoints.conftest import Command, lakehouse  # noqa: F401 - a fixture
from tests.standins.conftest import Aws
from tests.standins.glue_scripts import Deployed

FAILS = "raise ValueError('the ledger differs')"


@pytest.fixture
def shop(local_aws: Aws, tmp_path: Path) -> Deployed:
    return Deployed(local_aws, tmp_path)


def states(run: WorkflowRun, shop: Deployed) -> dict[str, str]:
    return {ended.job.removeprefix(f"{shop.name}-"): ended.state for ended in run.ended}


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


def not_in_the_background() -> None:
    """A shell has what it starts with & ignore Ctrl-C, and whatever that starts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.parametrize(("sign", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interrupted_runner_takes_its_jobs_along(shop: Deployed, sign: signal.Signals, code: int) -> None:
    shop.job("endless", CHILD)
    shop.job("next")
    shop.begin_with("endless", "next")
    arguments = ["glue", "run", shop.name, "--endpoint-url", shop.aws.url, "--home", str(shop.folder)]
    command = [sys.executable, "-c", "from lakehouse.cli import main; main()", *arguments]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, preexec_fn=not_in_the_background) as runner:
        while not (shop.folder / "child").exists():
            assert runner.poll() is None
            time.sleep(0.05)
        runner.send_signal(sign)
        assert runner.wait() == code
    assert has_ended(int((shop.folder / "child").read_text()))
    assert [one["JobRunState"] for one in shop.job_runs("endless")] == ["STOPPED"]
    assert shop.ran() == ["endless"]
    assert shop.glue.get_workflow_runs(Name=shop.name)["Runs"][0]["Status"] == "STOPPED"


def test_temporary_files_of_a_killed_job_are_removed(shop: Deployed) -> None:
    shop.job("endless", "import tempfile, time; tempfile.mkdtemp(); time.sleep(600)", Timeout=1)
    shop.begin_with("endless")
    (ended,) = shop.run(minute=2.0).ended
    assert sorted(path.name for path in ended.log.parent.iterdir()) == ["endless.py", "job.log"]


def test_local_aws_that_goes_away_is_told_in_one_line(tmp_path: Path) -> None:
    folder = tmp_path / "aws"
    server, _ = start(folder, 0)
    gone = Deployed(Aws(server.url), tmp_path)
    gone.job("ingest", f"import signal; os.kill({server.pid}, signal.SIGKILL)")
    gone.begin_with("ingest")
    with pytest.raises(LakehouseError, match="did not answer as it must"):
        gone.run()
    stop(folder)


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
