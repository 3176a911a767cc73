"""What is landed for a day's figure is what it says: in order, late, updated or deleted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.deliveries import Generation, deleted, read, updated
from lakehouse.generator import generate

MOMENT = "2099-12-31T12:00:00.000Z"


@pytest.fixture(scope="module")
def generation(tmp_path_factory: pytest.TempPathFactory) -> Generation:
    landing = tmp_path_factory.mktemp("generated")
    generate(landing, lines=4_000, days=20, seed=3)
    return Generation(landing)


def ids(lines: list[str]) -> set[str]:
    return {json.loads(line)["line_id"] for line in lines if '"line_id":"' in line and line.endswith("}")}


def test_day_in_order_tells_of_no_order_of_a_day_before(generation: Generation) -> None:
    in_order = generation.day_in_order()
    before = {line for back in range(1, 20) for line in generation.day(back)}
    assert len(in_order) > 100
    assert not before.intersection(in_order)
    assert len(in_order) < len(generation.day(0))


def test_history_ends_before_the_last_day_and_lacks_what_is_left_out(generation: Generation, tmp_path: Path) -> None:
    missing = generation.day(2)[:10]
    generation.history(4, tmp_path, left_out=missing)
    landed = [line for file in sorted(tmp_path.glob("*/*/*/*")) for line in read(file)]
    assert sorted(p.name for p in tmp_path.glob("*/*/*")) == [day.name for day in generation.days[-5:-1]]
    assert not set(missing).intersection(landed)
    assert set(generation.day(2)[10:]) <= set(landed)


def test_update_has_another_quantity_and_a_later_moment(generation: Generation) -> None:
    lines = generation.day(3)
    again = updated(lines, MOMENT)
    before = {json.loads(line)["line_id"]: json.loads(line) for line in lines if "quan" in line and line.endswith("}")}
    assert len(again) > 100
    for line in map(json.loads, again):
        old = before[line["line_id"]]
        assert (line["quantity"], line["updated_at"]) == (pytest.approx(old["quantity"] + 1), MOMENT)
        assert {k: v for k, v in line.items() if k not in ("quantity", "updated_at")} == {
            k: v for k, v in old.items() if k not in ("quantity", "updated_at")
        }


def test_deletion_is_a_later_tombstone_of_the_same_line(generation: Generation) -> None:
    gone = deleted(generation.day(3), MOMENT)
    assert ids(gone) <= ids(generation.day(3))
    assert all(json.loads(line)["deleted"] and json.loads(line)["updated_at"] == MOMENT for line in gone)
