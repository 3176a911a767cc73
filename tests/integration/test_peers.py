"""The benchmark's peers come to the lakehouse's own answer, so that their seconds can be compared."""

from __future__ import annotations

import gzip
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from deltalake import DeltaTable

from benchmarks import transforms_work
from benchmarks.duckdb_pipeline import build
from benchmarks.duckdb_pipeline.answer import answer_of_lake, answer_of_peer, differing
from benchmarks.figures.sail import KNOWN_WRONG
from lakehouse.generator import generate
from lakehouse.model import ORDER_LINES_RAW
from lakehouse.uptodate import data_files

if TYPE_CHECKING:
    from tests.integration.conftest import OpenShop, Shop

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def shop(open_shop: OpenShop, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    opened = open_shop(tmp_path_factory.mktemp("peers"))
    generate(opened.landing, lines=2_000, days=40, seed=5, changes=True)
    run_on = '{"line_id":"L1-1","order_id":"S1","ordered_at":"2024-01-05T06:04:10Z"}{"line_id":'
    (opened.landing / "run-on.jsonl.gz").write_bytes(gzip.compress(run_on.encode()))
    opened.run()
    return opened


def bronze(shop: Shop) -> list[str]:
    return sorted(data_files(DeltaTable(shop.lake.path(ORDER_LINES_RAW))))


def test_duckdb_comes_to_the_same_answer_from_landing(shop: Shop, tmp_path: Path) -> None:
    build(tmp_path, landing=shop.landing)
    assert differing(answer_of_lake(shop.state.lake), answer_of_peer(tmp_path)) == []


def test_duckdb_comes_to_the_same_answer_from_bronze(shop: Shop, tmp_path: Path) -> None:
    build(tmp_path, bronze=bronze(shop))
    assert differing(answer_of_lake(shop.state.lake), answer_of_peer(tmp_path)) == []


def test_spark_comes_to_the_same_answer_by_the_code_that_sail_is_given(shop: Shop, tmp_path: Path) -> None:
    transforms_work.build(shop.spark, bronze(shop), tmp_path)
    assert differing(answer_of_lake(shop.state.lake), answer_of_peer(tmp_path)) == []


def test_sail_comes_to_the_same_answer_where_it_can(shop: Shop, tmp_path: Path) -> None:
    pytest.importorskip("pysail")
    command = [sys.executable, "-m", "benchmarks.transforms_work", "sail", str(tmp_path), *bronze(shop)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-800:]
    assert set(differing(answer_of_lake(shop.state.lake), answer_of_peer(tmp_path))) <= KNOWN_WRONG


def test_difference_is_named(shop: Shop, tmp_path: Path) -> None:
    generate(tmp_path / "other", lines=2_000, days=40, seed=6)
    build(tmp_path / "out", landing=tmp_path / "other")
    different = differing(answer_of_lake(shop.state.lake), answer_of_peer(tmp_path / "out"))
    assert {"dispositions", "fact_sales"} <= set(different)
