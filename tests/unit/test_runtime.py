"""A job started as AWS Glue starts it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from types import ModuleType

import pytest
from pyspark.sql import SparkSession

from lakehouse import runtime
from lakehouse.errors import HeldError
from lakehouse.jobs import build_order_lines, publish_to_warehouse
from lakehouse.logs import tell

GLUES_OWN = ["--JOB_NAME", "nightly", "--JOB_RUN_ID", "jr_1", "--enable-metrics", "true", "--TempDir", "s3://tmp/"]


@dataclass(frozen=True)
class Config:
    lake: str


def job(failure: Exception | None = None) -> ModuleType:
    def run(spark: SparkSession, config: Config) -> dict[str, int]:
        if failure:
            raise failure
        assert spark.conf.get("spark.sql.session.timeZone") == "UTC"
        tell(f"read {config.lake}")
        return {config.lake: 3}

    module = ModuleType("job", "A job.")
    vars(module).update(JOB="nightly", Config=Config, run=run)
    return module


def test_config_is_read_from_glues_arguments_and_glues_own_are_passed_over() -> None:
    given = ["--lake", "s3://lake", "--source", "softcart", "--run_id", "r1", "--retry_quarantine", "true"]
    assert runtime.parse_config(build_order_lines, [*GLUES_OWN, *given]) == build_order_lines.Config(
        lake="s3://lake", source="softcart", run_id="r1", retry_quarantine=True
    )


@pytest.mark.parametrize(
    ("given", "run_id"),
    [
        (["--JOB_RUN_ID", "jr_1", "--WORKFLOW_RUN_ID", "wr_1"], "wr_1"),
        (["--JOB_RUN_ID", "jr_1"], "jr_1"),
        (["--run_id", "mine", "--WORKFLOW_RUN_ID", "wr_1"], "mine"),
    ],
)
def test_run_id_is_the_users_else_the_workflows_else_the_jobs(given: list[str], run_id: str) -> None:
    config = runtime.parse_config(build_order_lines, ["--lake", "s3://lake", *given, "--source", "softcart"])
    assert config.run_id == run_id


def test_what_is_not_given_keeps_its_default() -> None:
    needed = [f"--{name}=x" for name in ("lake", "source", "run_id", "exports", "warehouse")]
    config = runtime.parse_config(publish_to_warehouse, needed)
    assert (config.migrations, config.accept_quarantine, config.compute) == ("", False, "LAKEHOUSE")


def test_missing_argument_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        runtime.parse_config(build_order_lines, ["--lake", "s3://lake"])
    assert ended.value.code == 2
    assert "--source, --run_id" in capsys.readouterr().err


def test_flag_that_is_neither_true_nor_false_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        runtime.parse_config(build_order_lines, ["--retry_quarantine", "yes"])
    assert "must be true or false, and is 'yes'" in capsys.readouterr().err


def test_job_runs_in_the_session_that_is_there_and_tells_of_itself_in_json_lines(
    spark: SparkSession, capsys: pytest.CaptureFixture[str]
) -> None:
    runtime.main(job(), ["--lake", "s3://lake", *GLUES_OWN])
    assert json.loads(capsys.readouterr().err)["event"] == "read s3://lake"


def test_failed_job_ends_with_the_errors_exit_code_and_its_message_alone(
    spark: SparkSession, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        runtime.main(job(HeldError("Publishing is held")), ["--lake", "s3://lake"])
    assert ended.value.code == HeldError.exit_code
    told = json.loads(capsys.readouterr().err)
    assert (told["event"], told["job"], told["message"]) == ("run failed", "nightly", "Publishing is held")
