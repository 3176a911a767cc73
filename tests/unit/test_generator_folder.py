"""Where the generator writes, what it refuses, and that a seed says it all."""

from __future__ import annotations

import gzip
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from lakehouse.errors import LandingError, UsageError
from lakehouse.generator import MANIFEST_NAME, Manifest, generate


def unpacked(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): gzip.decompress(path.read_bytes()) for path in folder.rglob("*.jsonl.gz")
    }


def test_same_seed_gives_the_same_lines_and_another_seed_others(tmp_path: Path) -> None:
    for name, seed in (("one", 7), ("again", 7), ("other", 8)):
        generate(tmp_path / name, lines=3000, days=10, seed=seed, changes=True)
    assert unpacked(tmp_path / "one") == unpacked(tmp_path / "again")
    assert unpacked(tmp_path / "one") != unpacked(tmp_path / "other")


def test_packed_files_carry_neither_name_nor_time(tmp_path: Path) -> None:
    generate(tmp_path, lines=100, days=2)
    for path in tmp_path.rglob("*.jsonl.gz"):
        flags, *mtime = path.read_bytes()[3:8]
        assert (flags, mtime) == (0, [0, 0, 0, 0])


def test_a_file_per_day_in_a_folder_per_day(tmp_path: Path) -> None:
    generate(tmp_path, lines=600, days=3, start=date(2024, 2, 28))
    files = sorted(name for name in unpacked(tmp_path) if "late" not in name)
    assert files == [f"2024/{day}/orders-0000.jsonl.gz" for day in ("02/28", "02/29", "03/01")]


def test_one_line_on_one_day(tmp_path: Path) -> None:
    manifest = generate(tmp_path, lines=1, days=1, start=date(2024, 7, 4))
    (name,) = unpacked(tmp_path)
    assert name == "2024/07/04/orders-0000.jsonl.gz"
    assert unpacked(tmp_path)[name].count(b"\n") == manifest.dispositions["fact"].rows == 1


def test_a_single_day_has_no_returns_and_nothing_late(tmp_path: Path) -> None:
    manifest = generate(tmp_path, lines=2500, days=1, changes=True)
    assert manifest.returns.rows == manifest.late_files == 0
    assert manifest.landed.rows == sum(lines.count(b"\n") for lines in unpacked(tmp_path).values()) == 2500


def test_earlier_generation_is_replaced_without_a_rest(tmp_path: Path) -> None:
    generate(tmp_path, lines=500, days=40, seed=1)
    generate(tmp_path, lines=300, days=5, seed=2)
    fresh = generate(tmp_path / "fresh", lines=300, days=5, seed=2)
    again = unpacked(tmp_path / "fresh")
    assert {name: lines for name, lines in unpacked(tmp_path).items() if "fresh" not in name} == again
    assert Manifest.read(tmp_path) == fresh
    assert not [path for path in tmp_path.rglob("*") if path.is_dir() and not any(path.iterdir())]


def test_interrupted_generation_is_replaced(tmp_path: Path) -> None:
    def interrupt(rows: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        generate(tmp_path, lines=500, days=5, on_progress=interrupt)
    assert not (tmp_path / MANIFEST_NAME).exists()
    assert generate(tmp_path, lines=200, days=3).files == len(unpacked(tmp_path))


def test_folder_with_anything_else_is_refused_and_left_alone(tmp_path: Path) -> None:
    generate(tmp_path, lines=50, days=2)
    (tmp_path / "notes.txt").write_text("mine")
    before = unpacked(tmp_path)
    with pytest.raises(UsageError, match=r"notes\.txt.*choose an empty folder"):
        generate(tmp_path, lines=60, days=2)
    assert unpacked(tmp_path) == before


def test_folder_with_deliveries_but_no_manifest_is_refused(tmp_path: Path) -> None:
    generate(tmp_path, lines=50, days=2)
    (tmp_path / MANIFEST_NAME).unlink()
    with pytest.raises(UsageError, match=MANIFEST_NAME):
        generate(tmp_path, lines=50, days=2)


def test_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    with pytest.raises(UsageError, match="is a file"):
        generate(tmp_path / "out", lines=1)


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"lines": 0}, "lines is 0"),
        ({"days": 0}, "days is 0"),
        ({"seed": -1}, "seed is -1"),
        ({"start": date(1970, 1, 1)}, "1970-01-01"),
        ({"days": 100_000}, "100000 days"),
    ],
)
def test_number_out_of_range_is_refused_before_anything_is_written(
    tmp_path: Path, wrong: dict[str, Any], named: str
) -> None:
    with pytest.raises(UsageError, match=named):
        generate(tmp_path / "out", **wrong)
    assert not (tmp_path / "out").exists()


def test_progress_ends_at_the_last_row(tmp_path: Path) -> None:
    seen: list[int] = []
    generate(tmp_path, lines=150_000, days=3, on_progress=seen.append)
    assert seen == sorted(seen)
    assert len(seen) > 1
    assert seen[-1] == 150_000


def test_reading_a_manifest_that_is_not_there_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(LandingError, match="generate the folder anew"):
        Manifest.read(tmp_path)
