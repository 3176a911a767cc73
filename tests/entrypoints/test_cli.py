"""The command line before any run: it teaches, and every mistake gets one clear message and an exit code."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lakehouse.cli.present import print_table

if TYPE_CHECKING:
    from tests.entrypoints.conftest import Command


@pytest.fixture
def landing(empty_folder: Path) -> Path:
    folder = empty_folder / "landing"
    folder.mkdir()
    (folder / "orders.jsonl").write_text("{}\n")
    return folder


def test_help_names_every_command_the_first_step_and_the_exit_codes(lakehouse: Command) -> None:
    answer = lakehouse("--help")
    assert answer.code == 0
    for word in ("demo", "generate", "run", "verify", "query", "source", "jobs", "status", "cost", "send"):
        assert f" {word} " in answer.out
    text = " ".join(answer.out.replace("│", " ").split())
    assert "Start with `lakehouse demo`" in text
    assert "7 ledger differs" in text


@pytest.mark.parametrize(
    "command", ["demo", "generate", "run", "verify", "query", "status", "source", "jobs", "cost", "send", "maintain"]
)
def test_every_command_explains_itself(lakehouse: Command, command: str) -> None:
    answer = lakehouse(command, "--help")
    assert answer.code == 0
    assert "Usage:" in answer.out


def test_version_is_that_of_the_package(lakehouse: Command) -> None:
    assert lakehouse("--version").out == f"lakehouse {version('softcart-lakehouse')}\n"


def test_no_command_waits_for_pandas() -> None:
    script = "import sys, lakehouse.cli; print('pandas' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_unknown_option_is_wrong_use(lakehouse: Command) -> None:
    answer = lakehouse("run", "--sorce", "softcart")
    assert answer.code == 2
    assert "--source" in answer.err


@pytest.mark.parametrize("command", [("status",), ("query", "select 1"), ("verify",), ("run",), ("maintain",)])
def test_command_before_any_run_says_how_to_start(lakehouse: Command, command: tuple[str, ...]) -> None:
    answer = lakehouse(*command)
    assert answer.code == 2
    assert answer.out == ""
    assert "Nothing has been run here yet. Start with `lakehouse demo`" in answer.words


def test_unknown_source_is_wrong_use_and_names_those_there_are(lakehouse: Command, landing: Path) -> None:
    answer = lakehouse("run", "--source", "sofcart", "--landing", landing)
    assert answer.code == 2
    assert "Did you mean softcart? Built in are: softcart, uci_online_retail" in answer.words


def test_unknown_job_names_those_there_are(lakehouse: Command, landing: Path) -> None:
    answer = lakehouse("run", "--source", "softcart", "--landing", landing, "--job", "ingest")
    assert answer.code == 2
    assert "There is no job ingest. The jobs are ingest_orders, build_order_lines" in answer.words


def test_machine_without_java_is_told_how_to_get_it(process: Command, landing: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    run = ("run", "--source", "softcart", "--landing", landing)
    for java_home, said in (
        (str(tmp_path / "empty"), "but no java is in its bin folder"),
        ("", "no java is on the PATH"),
    ):
        answer = process(*run, JAVA_HOME=java_home, PATH=str(tmp_path / "empty"))
        assert answer.code == 3
        assert said in answer.words
        assert "openjdk-17-jre-headless" in answer.words
        assert "Traceback" not in answer.err


def test_java_of_another_version_is_named(process: Command, landing: Path, tmp_path: Path) -> None:
    java = tmp_path / "jdk" / "bin" / "java"
    java.parent.mkdir(parents=True)
    java.write_text("#!/bin/sh\necho 'openjdk version \"11.0.2\" 2019-01-15' >&2\n")
    java.chmod(0o755)
    answer = process("run", "--source", "softcart", "--landing", landing, JAVA_HOME=str(tmp_path / "jdk"))
    assert answer.code == 3
    assert "needs Java 17, and" in answer.words
    assert "is Java 11. Install a Java 17" in answer.words


def test_dumb_terminal_gets_no_escape_codes_and_a_plain_one_no_colours(tmp_path: Path) -> None:
    assert "\x1b" not in on_terminal("jobs", TERM="dumb", NO_COLOR="")
    assert "\x1b[3" not in on_terminal("jobs", TERM="xterm-256color", NO_COLOR="1")


def on_terminal(*arguments: str, **environment: str) -> str:
    """What a command writes on a terminal."""
    here, there = pty.openpty()
    command = [sys.executable, "-c", "from lakehouse.cli import main; main()", *arguments]
    subprocess.run(command, stdout=there, stderr=there, env=os.environ | environment, check=True)
    os.close(there)
    with os.fdopen(here, "rb") as terminal:
        return terminal.read1(65536).decode()


def test_signs_in_data_are_shown_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    print_table("", ("name", "price"), [("[/red] :cat: [bold]", 1234.5), (None, None)])
    assert "[/red] :cat: [bold]" in capsys.readouterr().out


def test_cost_tells_bills_and_assumptions_to_programs(lakehouse: Command) -> None:
    answer = lakehouse("cost", "--millions-a-day", "24", "--runs-a-day", "24", "--format", "json")
    told = json.loads(answer.out)
    assert [run["run"]["lines"] for run in told["runs"]] == [1_000_000, 24_000_000 * 365]
    assert {"name": "usd_per_dpu_hour", "value": "0.308"}.items() <= told["assumptions"][0].items()


def test_cost_shows_every_assumption_to_people(lakehouse: Command) -> None:
    answer = lakehouse("cost")
    assert answer.code == 0
    assert "busy_share" in answer.out
    assert "full rebuild of 365 days" in answer.out


def test_month_is_billed_by_service_to_people(lakehouse: Command) -> None:
    answer = lakehouse("cost", "--month", "--environment", "dev", "--millions-a-day", "100")
    assert answer.code == 0
    for word in ("A month of dev", "idle", "100 million a day", "Firehose", "the stream needs 4 shards in place of 1"):
        assert word in answer.out
    assert "A month of prod" not in answer.out


def test_month_is_billed_item_by_item_to_programs(lakehouse: Command) -> None:
    table = lakehouse("cost", "--month", "--format", "csv").out.splitlines()
    assert table[0] == "environment,lines a day,service,what,quantity,unit,USD a unit,USD"
    assert "dev,0,Kinesis,1 shard(s) of one stream,730,shard-hour,0.015,10.95" in table
    told = json.loads(lakehouse("cost", "--month", "--mlflow", "--format", "json").out)
    assert [month["lines_a_day"] for month in told["months"]] == [0, 10**6, 10**7, 10**8] * 2
    assert told["months"][0]["by_service"]["MLflow"] == "94.61"


def test_month_of_an_unknown_environment_is_refused(lakehouse: Command) -> None:
    assert lakehouse("cost", "--month", "--environment", "moon").code == 2


def test_environment_without_a_month_is_refused(lakehouse: Command) -> None:
    answer = lakehouse("cost", "--environment", "dev")
    assert answer.code == 2
    assert "say --month too" in answer.words
