"""What is read from a state: warehouse and lake as a run leaves them, written here without one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from deltalake import write_deltalake

from lakehouse.report.data import read_report
from lakehouse.report.lake import Accuracy, Forecast, ForecastDay, accuracies, examples, forecasts, reasons
from lakehouse.report.sales import Period, Share, read_sales
from lakehouse.settings import State, project_file
from lakehouse.warehouse import embedded
from lakehouse.warehouse.connect import Connection
from lakehouse.warehouse.migrate import migrate

SOLD = """
    insert into SOFTCART.STAR.FACT_SALES
        (LINE_ID, SOURCE, ORDER_ID, LINE_TYPE, ORDER_DATE, CURRENCY, PRODUCT_KEY, QUANTITY, NET_AMOUNT)
    values
        ('1', 'web', 'o1', 'sale', '2024-01-30', 'GBP', 11, 2, 10),
        ('2', 'web', 'o2', 'sale', '2024-02-01', 'GBP', 11, 1, 30),
        ('3', 'web', 'o2', 'return', '2024-02-01', 'GBP', 11, -1, -6),
        ('4', 'web', 'o3', 'sale', '2024-02-01', 'EUR', 11, 1, 7);
    insert into SOFTCART.STAR.DIM_PRODUCT (PRODUCT_KEY, PRODUCT_ID, PRODUCT_NAME, CATEGORY, IS_CURRENT)
    values (11, 'p1', 'Cup', 'Kitchen', true);
    insert into SOFTCART.MARTS.DAILY_SALES
        (ORDER_DATE, COUNTRY, CATEGORY, CURRENCY, GROSS_AMOUNT, RETURNS_AMOUNT, NET_AMOUNT)
    values
        ('2024-01-30', 'France', 'Kitchen', 'GBP', 10, 0, 10),
        ('2024-02-01', 'Spain', 'Kitchen', 'GBP', 30, -6, 24),
        ('2024-02-01', 'Spain', 'Kitchen', 'EUR', 7, 0, 7)
"""


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    variables = {"exports_url": "file:///nowhere", "warehouse": "COMPUTE", "storage_integration": "LAKE"}
    with embedded.connect(tmp_path_factory.mktemp("sold") / "warehouse.duckdb") as opened:
        migrate(opened, variables, project_file("snowflake/migrations"))
        opened.execute_string(SOLD)
        yield opened


@pytest.fixture
def state(tmp_path: Path) -> State:
    (tmp_path / "landing").mkdir()
    return State(tmp_path, "softcart", tmp_path / "landing")


def write(state: State, table: str, rows: list[dict[str, Any]]) -> None:
    write_deltalake(str(state.lake / table.replace(".", "/")), pa.Table.from_pylist(rows), mode="append")


def test_currencies_are_kept_apart_the_busiest_first(warehouse: Connection) -> None:
    pounds, euros = read_sales(warehouse)
    assert (pounds.currency, euros.currency) == ("GBP", "EUR")
    assert pounds.whole == Period(date(2024, 1, 30), Decimal(40), Decimal(-6), Decimal(34), 2)
    assert [(str(month.day), int(month.net)) for month in pounds.months] == [("2024-01-01", 10), ("2024-02-01", 24)]
    assert pounds.countries[0] == Share("Spain", Decimal(30), Decimal(-6), Decimal(24))
    assert [(product.name, int(product.net)) for product in euros.products] == [("Cup", 7)]


def test_state_without_a_lake_gives_an_empty_report(state: State, warehouse: Connection) -> None:
    report = read_report(state, warehouse)
    assert (report.ledger, report.reasons, report.forecasts, report.steps) == ([], [], {}, [])
    assert report.last_day == date(2024, 2, 1)


def test_a_record_that_broke_two_rules_counts_for_both(state: State) -> None:
    record = {"file": "f", "raw_base64": None}
    write(state, "silver.quarantine", [
        {**record, "reasons": ["negative_price", "wrong_sign"], "raw": "x" * 400, "line_number": 2},
        {**record, "reasons": ["negative_price"], "raw": "short", "line_number": 1},
        {**record, "reasons": ["negative_price"], "raw": "a third", "line_number": 3},
    ])  # fmt: skip
    assert [(reason.rule, reason.records) for reason in reasons(state)] == [("negative_price", 3), ("wrong_sign", 1)]
    shown = examples(state)
    assert [(e.rule, e.line_number) for e in shown] == [("negative_price", 1), ("negative_price", 2), ("wrong_sign", 2)]
    assert [len(e.raw) for e in shown] == [5, 302, 302]


def test_record_of_bytes_that_are_no_text_is_shown_in_base64(state: State) -> None:
    row = {"reasons": ["invalid_encoding"], "raw": None, "raw_base64": "/w==", "file": "f", "line_number": 1}
    write(state, "silver.quarantine", [{**row, "raw": "text"}, row])
    assert sorted(example.raw for example in examples(state)) == ["base64: /w==", "text"]


def test_only_the_newest_forecast_of_all_sales_is_shown(state: State) -> None:
    def row(cutoff: int, level: str, mean: int) -> dict[str, Any]:
        amounts = {"mean": Decimal(mean), "low": Decimal(mean - 1), "high": Decimal(mean + 1)}
        series = {"level": level, "currency": "GBP", "country": "All", "category": "All"}
        made = {"model": "theta", "model_version": 2, "run_id": "r"}
        return {"cutoff": date(2024, 1, cutoff), "order_date": date(2024, 2, 1), **series, **amounts, **made}

    write(state, "gold.sales_forecast", [row(1, "total", 5), row(8, "total", 6), row(8, "country", 7)])
    expected = [ForecastDay(date(2024, 2, 1), Decimal(6), Decimal(5), Decimal(7))]
    assert forecasts(state) == {"GBP": Forecast(date(2024, 1, 8), "theta", 2, expected)}


def test_accuracy_is_the_mean_over_cutoffs_the_best_model_first(state: State) -> None:
    def row(model: str, day: int, wape: float) -> dict[str, Any]:
        scores = {"wape": wape, "mase": 1.0, "bias": 0.0, "coverage": 0.9}
        return {"cutoff": date(2024, 1, day), "model": model, "level": "total", **scores}

    write(state, "gold.forecast_accuracy", [row("naive", 1, 0.5), row("naive", 8, 0.25), row("theta", 8, 0.25)])
    assert accuracies(state) == [
        Accuracy("theta", "total", 1, 0.25, 1.0, 0.0, 0.9),
        Accuracy("naive", "total", 2, 0.375, 1.0, 0.0, 0.9),
    ]


def test_steps_are_those_of_each_jobs_newest_run(state: State, warehouse: Connection) -> None:
    kind = pa.map_(pa.string(), pa.int64())

    def run(run_id: str, job: str, day: int) -> dict[str, Any]:
        moment = datetime(2024, 1, day, tzinfo=UTC)
        return {"run_id": run_id, "job": job, "started_at": moment, "finished_at": moment, "seconds": 1.5}

    runs = [run("r1", "ingest_orders", 1), run("r2", "ingest_orders", 3), run("r1", "build_dimensions", 2)]
    table = pa.Table.from_pylist(runs).append_column("rows", pa.array([[("t", 4), ("u", 1)]] * 3, kind))
    write_deltalake(str(state.lake / "ops" / "job_runs"), table)
    steps = read_report(state, warehouse).steps
    assert [(step.job, step.run_id, step.rows) for step in steps] == [
        ("build_dimensions", "r1", 5),
        ("ingest_orders", "r2", 5),
    ]
