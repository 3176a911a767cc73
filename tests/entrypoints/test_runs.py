"""The command line around a whole run, which takes the session of the test suite."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pyspark.sql import SparkSession

from lakehouse import pipeline
from lakehouse.cli import look, maintain
from lakehouse.delta import Lake
from lakehouse.errors import LakehouseError
from lakehouse.lock import run_lock
from lakehouse.model import FACT_SALES
from lakehouse.settings import State

if TYPE_CHECKING:
    from tests.entrypoints.conftest import Command


def sale(number: int, **others: Any) -> str:
    event = {
        "line_id": f"L{number}", "order_id": f"O{number}", "updated_at": "2024-05-01T12:05:00.000Z",
        "ordered_at": f"2024-05-{number:02d}T12:00:00Z", "type": "sale", "deleted": False,
        "product": {"id": "P1", "name": "Tasse für Käse, \"[/fine]\"", "category": "Kitchen"},
        "country": "France", "quantity": 1, "unit_price": 10.5,
    }  # fmt: skip
    return json.dumps(event | others, ensure_ascii=False) + "\n"


@pytest.fixture(scope="module")
def shared_session(spark: SparkSession) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(pipeline, "start_session", lambda **settings: spark)
        patched.setattr(pipeline, "stop_session", lambda session: None)
        for module in (look, maintain):
            patched.setattr(module, "session", lambda **settings: nullcontext(spark))
        for module in (pipeline, maintain):
            patched.setattr(module, "jvm_pid", lambda session: None)
        yield


@pytest.fixture(scope="module")
def first_run(shared_session: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which a run has been: landing, and the state in `home`."""
    folder = tmp_path_factory.mktemp("run")
    (folder / "landing").mkdir()
    (folder / "landing" / "orders.jsonl").write_text("".join(map(sale, range(1, 6))))
    (folder / "landing" / "_later.jsonl").write_text(sale(9))
    state = State(folder / "home", "softcart", folder / "landing")
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(folder)
        pipeline.run_pipeline(state, pipeline.Options())
    return folder


@pytest.fixture
def no_session(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fails the test where a command starts Spark."""

    def refuse(**settings: Any) -> SparkSession:
        pytest.fail("Spark was started")

    monkeypatch.setattr(pipeline, "start_session", refuse)
    for module in (look, maintain):
        monkeypatch.setattr(module, "session", refuse)


@pytest.fixture
def home(first_run: Path) -> Path:
    return first_run / "home"


@pytest.fixture
def copied_home(home: Path, tmp_path: Path) -> Path:
    """The state again, to be spoilt."""
    shutil.copytree(home, tmp_path / "home")
    return tmp_path / "home"


def test_run_with_nothing_to_do_starts_no_spark_and_says_so(lakehouse: Command, no_session: None, home: Path) -> None:
    answer = lakehouse("run", "--home", home)
    assert answer.code == 0
    assert answer.out == ""
    assert "Nothing to do: " in answer.words


@pytest.mark.parametrize(
    ("limits", "few", "large_history", "many"),
    [
        ({}, True, False, False),
        ({"SMALL": 1_000}, False, False, False),
        ({"SMALL_HISTORY": 1_000}, True, True, False),
        ({"SMALL_HISTORY": 1_000, "inputs_are_read": lambda _: False}, False, True, False),
        ({"SMALL": 1_000, "LARGE": 1_000}, False, False, True),
    ],
    ids=("little to load", "more to load", "little onto much", "much that a killed run left", "much to load"),
)
def test_session_is_for_as_many_rows_as_are_to_be_loaded_and_read(
    copied_home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    limits: dict[str, Any],
    few: bool,
    large_history: bool,
    many: bool,
) -> None:
    asked: list[dict[str, Any]] = []

    def start(**settings: Any) -> SparkSession:
        asked.append(settings)
        raise LakehouseError("asked")

    (tmp_path / "orders.jsonl").write_text("".join(map(sale, range(1, 9))))
    for name, size in limits.items():
        monkeypatch.setattr(pipeline, name, size)
    monkeypatch.setattr(pipeline, "start_session", start)
    with pytest.raises(LakehouseError, match="asked"):
        pipeline.run_pipeline(State(copied_home, "softcart", tmp_path), pipeline.Options())
    assert asked == [
        {
            "log_file": copied_home / "spark.log",
            "few_rows": few,
            "large_history": large_history,
            "many_rows": many,
        }
    ]


def test_query_prints_clean_csv_and_json(lakehouse: Command, no_session: None, home: Path) -> None:
    sql = "select PRODUCT_KEY, PRODUCT_NAME from STAR.DIM_PRODUCT where PRODUCT_KEY <> -1"
    answer = lakehouse("query", sql, "--home", home, "--format", "csv")
    assert (answer.code, answer.err) == (0, "")
    (header, row) = csv.reader(io.StringIO(answer.out))
    assert header == ["PRODUCT_KEY", "PRODUCT_NAME"]
    assert row[1] == 'Tasse für Käse, "[/fine]"'
    (found,) = json.loads(lakehouse("query", sql, "--home", home, "--format", "json").out)
    assert found == {"PRODUCT_KEY": row[0], "PRODUCT_NAME": row[1]}


def test_query_prints_a_table_with_texts_as_they_are(lakehouse: Command, no_session: None, home: Path) -> None:
    answer = lakehouse("query", "select PRODUCT_NAME from STAR.DIM_PRODUCT where PRODUCT_KEY <> -1", "--home", home)
    assert 'Tasse für Käse, "[/fine]"' in answer.out


@pytest.mark.parametrize("sql", ["select frobnicate(1)", "select * from NOWHERE", "selekt 1", "", "vacuum"])
def test_query_that_the_warehouse_does_not_know_gets_one_message(
    lakehouse: Command, no_session: None, home: Path, sql: str
) -> None:
    answer = lakehouse("query", sql, "--home", home)
    assert answer.code == 9
    assert answer.out == ""
    assert answer.err.startswith("Error: The warehouse refused the query: ")
    assert "Traceback" not in answer.err


def test_query_cannot_change_the_warehouse(lakehouse: Command, no_session: None, home: Path) -> None:
    assert lakehouse("query", "delete from STAR.FACT_SALES", "--home", home).code == 9
    assert json.loads(
        lakehouse("query", "select count(*) N from STAR.FACT_SALES", "--home", home, "--format", "json").out
    ) == [{"N": 5}]


def test_status_tells_tables_runs_and_where_the_state_is(lakehouse: Command, no_session: None, home: Path) -> None:
    found = json.loads(lakehouse("status", "--home", home, "--format", "json").out)
    assert found["source"] == "softcart"
    assert {table["table"]: table["rows"] for table in found["tables"]}["gold.fact_sales"] == 5
    assert {run["job"] for run in found["runs"]} == {job.name for job in pipeline.load_jobs()}
    assert "gold.fact_sales" in lakehouse("status", "--home", home).out


def test_maintain_tells_what_each_table_took_and_takes_now(
    lakehouse: Command, shared_session: None, copied_home: Path
) -> None:
    answer = lakehouse("maintain", "--home", copied_home)
    assert answer.code == 0
    assert "MB before" in answer.out
    assert "gold.fact_sales" in answer.out
    runs = next(row for row in answer.out.splitlines() if "ops.job_runs" in row)
    assert [cell.strip() for cell in runs.split("│")][2] == str(len(pipeline.load_jobs()))  # a file for each run joined
    assert lakehouse("query", "select count(*) N from STAR.FACT_SALES", "--home", copied_home).code == 0


def test_maintain_refuses_less_than_a_week_a_state_without_a_lake_and_one_that_is_busy(
    lakehouse: Command, no_session: None, copied_home: Path
) -> None:
    assert lakehouse("maintain", "--home", copied_home, "--keep-days", "6").code == 2
    with run_lock(copied_home):
        assert lakehouse("maintain", "--home", copied_home).code == 6
    shutil.rmtree(copied_home / "lake")
    answer = lakehouse("maintain", "--home", copied_home)
    assert (answer.code, answer.out) == (2, "")
    assert "There is no lake in" in answer.words


def test_full_refresh_that_would_lose_rows_is_refused(
    lakehouse: Command, no_session: None, copied_home: Path, tmp_path: Path
) -> None:
    landing = tmp_path / "landing"
    landing.mkdir()
    (landing / "other.jsonl").write_text(sale(7))
    answer = lakehouse("run", "--full-refresh", "--home", copied_home, "--landing", landing)
    assert answer.code == 2
    assert "1 file(s) that were loaded are no longer in" in answer.words
    assert "such as orders.jsonl" in answer.words
    assert (copied_home / "lake" / "gold").is_dir()


def test_full_refresh_keeps_the_rows_of_a_file_that_can_no_longer_be_read(
    lakehouse: Command, no_session: None, copied_home: Path, tmp_path: Path
) -> None:
    landing = tmp_path / "landing"
    landing.mkdir()
    (landing / "orders.jsonl").write_bytes(b"\x1f\x8b" + b"half a gzip file")
    answer = lakehouse("run", "--full-refresh", "--home", copied_home, "--landing", landing)
    assert answer.code == 2
    assert "or no longer whole, such as orders.jsonl" in answer.words


def test_full_refresh_that_was_interrupted_still_knows_what_it_would_lose(
    lakehouse: Command, no_session: None, copied_home: Path, tmp_path: Path
) -> None:
    (copied_home / "lake").rename(copied_home / "lake.before-refresh")
    (copied_home / "lake" / "bronze").mkdir(parents=True)
    (tmp_path / "landing").mkdir()
    (tmp_path / "landing" / "other.jsonl").write_text(sale(7))
    answer = lakehouse("run", "--full-refresh", "--home", copied_home, "--landing", tmp_path / "landing")
    assert answer.code == 2
    assert "such as orders.jsonl" in answer.words
    assert (copied_home / "lake" / "gold").is_dir()


def test_verify_before_every_table_is_built_says_which_is_missing(
    lakehouse: Command, no_session: None, copied_home: Path
) -> None:
    shutil.rmtree(copied_home / "lake" / "gold" / "daily_sales")
    answer = lakehouse("verify", "--home", copied_home)
    assert answer.code == 2
    assert "There is no gold.daily_sales in" in answer.words


@pytest.mark.parametrize(("folder", "said"), [("absent", "does not exist"), ("empty", "holds no json file")])
def test_landing_folder_without_files_is_named(
    lakehouse: Command, shared_session: None, tmp_path: Path, folder: str, said: str
) -> None:
    (tmp_path / "empty").mkdir()
    answer = lakehouse("run", "--source", "softcart", "--landing", tmp_path / folder, "--home", tmp_path / "home")
    assert answer.code == 5
    assert f"The landing folder {tmp_path / folder} {said}" in answer.err.replace("\n", " ")


def test_verify_agrees_and_then_finds_a_tampered_fact_by_hop_and_day(
    lakehouse: Command, shared_session: None, spark: SparkSession, copied_home: Path
) -> None:
    answer = lakehouse("verify", "--home", copied_home, "--format", "json")
    assert (answer.code, json.loads(answer.out)["agrees"]) == (0, True)
    lake = Lake(spark, str(copied_home / "lake"))
    lake.update(FACT_SALES, "net_amount = net_amount - 1", "order_id = 'O3'")
    answer = lakehouse("verify", "--home", copied_home, "--format", "json")
    assert answer.code == 7
    first = json.loads(answer.out)["differences"][0]
    assert (first["hop"], first["next_hop"], first["order_date"]) == ("order_lines", "fact_sales", "2024-05-03")
    assert "differ on 2024-05-03: 1 rows against 1 and 10.5000 against 9.5000 USD" in answer.words


def test_tables_that_cannot_be_read_fail_in_one_message_with_the_place_of_the_log(
    lakehouse: Command, shared_session: None, copied_home: Path, first_run: Path, tmp_path: Path
) -> None:
    shutil.copytree(first_run / "landing", tmp_path / "landing")
    (tmp_path / "landing" / "more.jsonl").write_text(sale(8))
    for file in (copied_home / "lake" / "silver" / "dispositions").glob("*.parquet"):
        file.unlink()
    answer = lakehouse("run", "--home", copied_home, "--landing", tmp_path / "landing")
    assert answer.code == 1
    assert "build_order_lines failed: " in answer.words
    assert "spark.log" in answer.words
    assert "Traceback" not in answer.err
