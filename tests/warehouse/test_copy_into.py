"""COPY loads all files or none, each content once, columns by name."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lakehouse.warehouse.embedded import Connection, Error, OperationalError, ProgrammingError

COPY = """
    copy into SALES from @EXPORTS/run file_format = (type = parquet use_logical_type = true)
    match_by_column_name = case_insensitive
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "what we export, 100% of it" / "run"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def sales(connection: Connection, folder: Path) -> Connection:
    connection.execute_string(
        f"""
        create table SALES (ID varchar(3) not null, AMOUNT number(18, 4), SOLD_AT timestamp_ntz, KEY number(19, 0));
        create stage EXPORTS url = '{folder.parent.as_uri()}'
        """
    )
    return connection


def write(path: Path, **columns: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns), path)


def ids(connection: Connection) -> list[str]:
    return [row[0] for row in connection.cursor().execute("select ID from SALES order by ID")]


def copied(connection: Connection, statement: str = COPY) -> list[tuple[str, int]]:
    """Name and rows of each file loaded."""
    cursor = connection.cursor().execute(statement)
    if len(cursor.description or []) == 1:
        return []
    return [(row[0].rpartition("/")[2], row[3]) for row in cursor]


def test_columns_go_by_name_whatever_their_case_and_order(sales: Connection, folder: Path) -> None:
    write(
        folder / "day=1" / "part-0.parquet",
        key=[9223372036854775807],
        extra=["ignored"],
        sold_at=pa.array([datetime(2011, 1, 5, 10, tzinfo=UTC)]),
        id=["a"],
        Amount=pa.array([Decimal("1.25")], pa.decimal128(18, 4)),
    )
    write(folder / "day=2" / "part-0.parquet", ID=["b"])
    assert copied(sales) == [("part-0.parquet", 1), ("part-0.parquet", 1)]
    assert sales.cursor().execute("select * from SALES order by ID").fetchall() == [
        ("a", Decimal("1.2500"), datetime(2011, 1, 5, 10), 9223372036854775807),
        ("b", None, None, None),
    ]


def test_file_is_loaded_once(sales: Connection, folder: Path) -> None:
    write(folder / "1.parquet", id=["a"])
    assert copied(sales) == [("1.parquet", 1)]
    write(folder / "2.parquet", id=["b"])
    assert copied(sales) == [("2.parquet", 1)]
    assert copied(sales) == []
    assert ids(sales) == ["a", "b"]


def test_file_made_anew_with_other_content_is_loaded_again(sales: Connection, folder: Path) -> None:
    write(folder / "1.parquet", id=["a"])
    copied(sales)
    write(folder / "1.parquet", id=["b"])
    assert copied(sales) == [("1.parquet", 1)]
    assert ids(sales) == ["a", "b"]


def test_force_loads_again(sales: Connection, folder: Path) -> None:
    write(folder / "1.parquet", id=["a"])
    copied(sales)
    assert copied(sales, f"{COPY} force = true") == [("1.parquet", 1)]
    assert ids(sales) == ["a", "a"]


def test_each_table_has_its_own_load_history(sales: Connection, folder: Path) -> None:
    write(folder / "1.parquet", id=["a"])
    copied(sales)
    sales.cursor().execute("create table OTHER (ID varchar)")
    assert copied(sales, COPY.replace("SALES", "OTHER")) == [("1.parquet", 1)]


@pytest.mark.parametrize("bad", [["long"], [None]])
def test_one_bad_row_loads_no_file(sales: Connection, folder: Path, bad: list[str | None]) -> None:
    write(folder / "1.parquet", id=["a"])
    write(folder / "2.parquet", id=pa.array(bad, pa.string()))
    with pytest.raises(ProgrammingError):
        copied(sales)
    assert ids(sales) == []
    (folder / "2.parquet").unlink()
    assert copied(sales) == [("1.parquet", 1)]


def test_rolled_back_copy_is_forgotten(sales: Connection, folder: Path) -> None:
    write(folder / "1.parquet", id=["a"])
    sales.cursor().execute("begin")
    copied(sales)
    sales.execute_string("insert into SALES (ID) values ('b'); update SALES set KEY = 1")
    sales.rollback()
    assert ids(sales) == []
    sales.cursor().execute("begin")
    assert copied(sales) == [("1.parquet", 1)]
    sales.execute_string("insert into SALES (ID) values ('b'); update SALES set KEY = 1; commit")
    assert ids(sales) == ["a", "b"]


def test_pattern_chooses_files(sales: Connection, folder: Path) -> None:
    write(folder / "1.parquet", id=["a"])
    (folder / "_SUCCESS").write_text("")
    with pytest.raises(Error, match="_SUCCESS"):
        copied(sales)
    assert copied(sales, f"{COPY} pattern = '.*[.]parquet'") == [("1.parquet", 1)]


def test_quoted_paths_and_named_formats(sales: Connection, folder: Path) -> None:
    write(folder.parent / "two words, 100%25" / "1.parquet", id=["a"])
    sales.cursor().execute("create file format LAKE type = parquet use_logical_type = true")
    statement = """
        copy into SHOP.SALES.SALES from '@SHOP.SALES.EXPORTS/two words, 100%25/' file_format = (format_name = LAKE)
        match_by_column_name = case_insensitive
    """
    assert copied(sales, statement) == [("1.parquet", 1)]


def test_file_that_is_no_parquet_is_named(sales: Connection, folder: Path) -> None:
    (folder / "broken.parquet").write_bytes(b"PAR1 no")
    with pytest.raises(Error, match=r"broken\.parquet"):
        copied(sales)


def test_missing_stage_and_table(sales: Connection) -> None:
    with pytest.raises(ProgrammingError, match="NOWHERE"):
        copied(sales, COPY.replace("@EXPORTS", "@NOWHERE"))
    with pytest.raises(ProgrammingError, match="ABSENT"):
        copied(sales, COPY.replace("into SALES", "into ABSENT"))


def test_empty_place_loads_nothing(sales: Connection) -> None:
    assert copied(sales, COPY.replace("/run", "/not/there")) == []


def test_unreachable_s3_is_an_operational_error(sales: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    sales.cursor().execute("create or replace stage EXPORTS url = 's3://bucket/exports'")
    with pytest.raises(OperationalError, match="s3://bucket/exports"):
        copied(sales)
