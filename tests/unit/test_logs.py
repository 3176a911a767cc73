"""Events of a run as JSON lines, for programs."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from pyspark.sql import SparkSession

from lakehouse.delta import Lake, side_by_side
from lakehouse.errors import BusyError, HeldError, LakehouseError
from lakehouse.failures import told_in_one_line
from lakehouse.logs import bound, tell, tell_failure, telling, write_json_lines
from lakehouse.model import HOLDS


def told(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_nothing_is_written_where_nobody_asked(capsys: pytest.CaptureFixture[str]) -> None:
    tell("table written", level=logging.ERROR, rows=3)
    assert capsys.readouterr().err == ""


def test_event_tells_its_run_and_job_also_from_threads(capsys: pytest.CaptureFixture[str]) -> None:
    write_json_lines()
    with bound(run_id="r1"), bound(job="publish"):
        side_by_side(lambda table: tell("table written", table=table), ["gold.dim_date"])
    tell("afterwards")
    first, last = told(capsys)
    assert first.pop("time").endswith("+00:00")
    assert first == {
        "level": "info",
        "event": "table written",
        "run_id": "r1",
        "job": "publish",
        "table": "gold.dim_date",
    }
    assert "run_id" not in last


def test_each_write_tells_table_rows_and_seconds(
    spark: SparkSession, lake: Lake, capsys: pytest.CaptureFixture[str]
) -> None:
    lake.create(HOLDS)
    rows = [("softcart", batch, 10, 5, "unknown_currency", "open", 0) for batch in (1, 2)]
    write_json_lines()
    lake.append(HOLDS, spark.createDataFrame(rows, HOLDS.schema))
    lake.update(HOLDS, "status = 'mended'", "batch = 1")
    lake.delete(HOLDS, "true")
    events = told(capsys)
    assert [(event["table"], event["by"], event["rows"]) for event in events] == [
        ("ops.holds", "append", 2),
        ("ops.holds", "update", 1),
        ("ops.holds", "delete", 2),
    ]
    assert all(event["seconds"] > 0 for event in events)


def test_what_failed_is_not_told_as_done(capsys: pytest.CaptureFixture[str]) -> None:
    write_json_lines()
    with pytest.raises(RuntimeError), telling("table written"):
        raise RuntimeError
    assert told(capsys) == []


def test_failure_is_one_line_with_the_job_and_the_way_out(capsys: pytest.CaptureFixture[str]) -> None:
    write_json_lines()
    with pytest.raises(HeldError) as failed, told_in_one_line("publish_to_warehouse", "run again."):
        raise HeldError("Publishing is held:\nsee the quarantine")
    tell_failure(failed.value)
    (event,) = told(capsys)
    assert event["level"] == "error"
    assert (event["job"], event["error"], event["exit_code"]) == ("publish_to_warehouse", "HeldError", 8)
    assert event["message"] == "Publishing is held:\nsee the quarantine"


def test_failure_at_a_long_path_still_says_why(spark: SparkSession) -> None:
    path = "/lake" * 200
    with pytest.raises(LakehouseError) as failed, told_in_one_line("fact", "run again."):
        spark.sql(f"select raise_error('Writing {path} failed ({path}: Read-only file system)')").collect()
    assert len(str(failed.value)) < 600
    assert "Writing /lake" in str(failed.value)
    assert "Read-only file system" in str(failed.value)


def test_failure_in_spark_says_what_is_safe_and_how_to_go_on(spark: SparkSession) -> None:
    with (
        pytest.raises(LakehouseError, match=r"^fact failed: .*DIVIDE_BY_ZERO.* is whole; run again\.$") as failed,
        told_in_one_line("fact", "run again."),
    ):
        spark.sql("select 1 / 0").collect()
    assert failed.value.job == "fact"
    assert not isinstance(failed.value, BusyError)
