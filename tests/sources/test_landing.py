"""Which files of a landing folder count: none goes missing without a word."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from lakehouse.errors import LandingError
from lakehouse.sources.format import Format
from lakehouse.sources.landing import SMALL, list_landing, why_ignored
from lakehouse.sources.storage import Folder

Land = Callable[[dict[str, bytes]], Path]


def test_absent_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(LandingError, match=r"landing folder .*absent does not exist.*--landing"):
        list_landing(Folder(tmp_path / "absent"), Format())


def test_file_in_place_of_the_folder_is_named(land: Land) -> None:
    with pytest.raises(LandingError, match=r"a\.csv is a file; name its folder"):
        list_landing(Folder(land({"a.csv": b""}) / "a.csv"), Format())


def test_empty_folder_says_which_endings_count(tmp_path: Path) -> None:
    with pytest.raises(LandingError, match=r"holds no csv file\. Files end in \.csv, \.tsv, \.txt, \.csv\.gz"):
        list_landing(Folder(tmp_path), Format())


def test_folder_of_other_files_says_what_was_left_out(land: Land) -> None:
    folder = land({"a.json": b"{}", "_b.csv": b""})
    with pytest.raises(
        LandingError, match=r"2 left out, such as _b\.csv: hidden.*; a\.json: not named like a csv file"
    ):
        list_landing(Folder(folder), Format())


def test_hidden_and_half_written_files_are_listed_as_ignored(land: Land) -> None:
    names = ["_x.csv", ".x.csv", "x.csv.tmp", "x.csv.part", "x.csv._COPYING_", "_tmp/x.csv", "day/.x/y.csv", "x.xlsx"]
    found = list_landing(Folder(land(dict.fromkeys([*names, "good.csv"], b"id\n"))), Format())
    assert [file.path for file in found.files] == ["good.csv"]
    assert dict(found.ignored) == {
        "_x.csv": "hidden: its name, or its folder's, starts with _ or .",
        ".x.csv": "hidden: its name, or its folder's, starts with _ or .",
        "x.csv.tmp": "half written, by its name",
        "x.csv.part": "half written, by its name",
        "x.csv._COPYING_": "half written, by its name",
        "_tmp/x.csv": "hidden: its name, or its folder's, starts with _ or .",
        "day/.x/y.csv": "hidden: its name, or its folder's, starts with _ or .",
        "x.xlsx": "not named like a csv file",
    }


def test_landing_folder_may_itself_be_hidden(land: Land) -> None:
    folder = land({".shop/_drop/a.csv": b"id\n"}) / ".shop" / "_drop"
    assert [file.path for file in list_landing(Folder(folder), Format()).files] == ["a.csv"]


def test_file_is_known_by_its_bytes(land: Land) -> None:
    (file,) = list_landing(Folder(land({"2024/01/a b+c%20[1]{ü}.csv.gz": b"id\n"})), Format()).files
    assert (file.path, file.size) == ("2024/01/a b+c%20[1]{ü}.csv.gz", 3)
    assert file.content_hash == sha256(b"id\n").hexdigest()


@pytest.mark.parametrize(
    ("pattern", "matched", "left_out"),
    [
        ("**/*", ["a.csv", "x/A.CSV", "a.tsv", "a.txt.zst"], ["a.jsonl", "a.csv.bz2", "csv"]),
        ("*.dat", ["a.dat", "x/a.dat"], ["a.csv", "a.dat.bak"]),
        ("**/orders-*.csv", ["orders-1.csv", "x/y/orders-1.csv"], ["returns-1.csv", "x/orders.csv"]),
        ("2024/**/*.csv", ["2024/a.csv", "2024/01/a.csv", "2024/01/02/a.csv"], ["2023/a.csv", "a.csv"]),
        ("orders-[0-9].csv", ["orders-1.csv"], ["orders-x.csv", "Orders-1.csv"]),
    ],
)
def test_pattern_chooses_files(pattern: str, matched: list[str], left_out: list[str]) -> None:
    form = Format(files=pattern)
    assert [name for name in (*matched, *left_out) if why_ignored(name, form) is None] == matched


def test_pattern_never_brings_hidden_files_back() -> None:
    assert why_ignored("_x.csv", Format(files="*.csv")) == "hidden: its name, or its folder's, starts with _ or ."
    assert why_ignored("x.csv", Format(files="*.dat")) == "not matched by format.files = '*.dat'"


def test_file_that_cannot_be_opened_is_named(land: Land, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, mode: str) -> None:
        raise PermissionError(13, "Permission denied")

    folder = land({"a.csv": b"id\n"})
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(LandingError, match=r"a\.csv cannot be read: Permission denied\. Mend its permissions"):
        list_landing(Folder(folder), Format())


@pytest.mark.parametrize(("kind", "counts"), [("json", True), ("csv", False)])
def test_name_that_firehose_gives_counts_as_json_lines(kind: str, counts: bool) -> None:
    reason = why_ignored("2024/05/01/12/orders-1-2024-05-01-12-00-07-4c7e.gz", Format(type=kind))
    assert (reason is None) is counts
    assert why_ignored("orders.xlsx.gz", Format(type=kind)) == f"not named like a {kind} file"


def test_landing_is_small_by_the_bytes_of_all_that_counts(land: Land) -> None:
    half = bytes(SMALL // 2)
    assert list_landing(Folder(land({"a.csv": half, "b.csv": half[:-1], "c.json": half})), Format()).is_small
    assert not list_landing(Folder(land({"a.csv": half, "b.csv": half})), Format()).is_small
