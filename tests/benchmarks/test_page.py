"""The page is made of the results alone, and says what they are."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from benchmarks.__main__ import FIGURES, write_pages
from benchmarks.page import Grid, markdown
from benchmarks.results import Plan, Result, read_result, result_of

RESULTS = Path(__file__).parent / "results"
DOCS = Path(__file__).parents[2] / "docs"

each_figure = pytest.mark.parametrize("name", FIGURES)


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    shutil.copytree(RESULTS, tmp_path / "benchmarks")
    write_pages(tmp_path)
    return tmp_path


def test_every_figure_has_its_part_of_the_page_and_its_chart(docs: Path) -> None:
    page = (docs / "benchmarks.md").read_text()
    for name, figure in FIGURES.items():
        assert f"## {figure.TITLE}\n" in page
        assert f"`make bench ONLY={name}`" in page
        if f"benchmarks/{name}.svg" in page:
            assert (docs / "benchmarks" / f"{name}.svg").read_text().startswith("<svg")
    assert page.count(".svg") == len(FIGURES) - 1  # of the bill there is no chart


@each_figure
def test_targets_are_told_with_what_was_reached(name: str) -> None:
    result = read_result(RESULTS, name)
    assert result is not None
    assert all(target.wanted and target.reached for target in FIGURES[name].section(result.data).targets)


def test_trial_is_told_from_a_figure(docs: Path) -> None:
    path = docs / "benchmarks" / "uci.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"share": 1}))
    write_pages(docs)
    page = (docs / "benchmarks.md").read_text()
    assert page.count("a trial, not the figure") == len(FIGURES) - 1


def test_figure_that_was_not_measured_says_how_to(tmp_path: Path) -> None:
    write_pages(tmp_path)
    page = (tmp_path / "benchmarks.md").read_text()
    assert "Not measured yet: `make bench ONLY=warehouse`." in page


def test_page_in_docs_is_made_of_the_results_beside_it(tmp_path: Path) -> None:
    if (DOCS / "benchmarks").is_dir():
        shutil.copytree(DOCS / "benchmarks", tmp_path / "benchmarks")
    write_pages(tmp_path)
    made = (tmp_path / "benchmarks.md").read_text()
    assert (DOCS / "benchmarks.md").read_text() == made, "write it anew: make bench PAGE=1"


def test_result_is_read_as_it_was_written(tmp_path: Path) -> None:
    written = result_of("uci", "make bench ONLY=uci", 0.5, {"lines": 3, "pair": (1, "a")})
    written.write(tmp_path)
    read = read_result(tmp_path, "uci")
    assert read == written
    assert isinstance(read, Result)
    assert read.data == {"lines": 3, "pair": [1, "a"]}


def test_small_share_still_holds_every_kind_of_fault() -> None:
    assert Plan(Path(), Path(), share=0.5).lines(1_000_000) == 500_000
    assert Plan(Path(), Path(), share=0.0001).lines(1_000_000) == 2_000


def test_numbers_stand_to_the_right_and_texts_to_the_left() -> None:
    table = markdown(Grid(("step", "seconds"), [("start", "1.50"), ("end", "-20.00")]))
    assert table.splitlines()[1] == "|:-------|----------:|"
