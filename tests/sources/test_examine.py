"""What landed, counted from the file itself; a file that Spark could not read whole is told in time."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lakehouse.sources.examine import Examined, count_records, examine
from lakehouse.sources.mapping import Mapping
from lakehouse.sources.storage import Folder

Make = Callable[..., Mapping]
HEADER = b"id,q,p,t\n"
NAMES = ("id", "q", "p", "t")


@pytest.fixture
def look(tmp_path: Path, mapping_of: Make) -> Callable[..., Examined]:
    """Examines one file of some content under the shop's mapping with changes."""

    def at(content: bytes, name: str = "a.csv", **changes: object) -> Examined:
        (tmp_path / name).write_bytes(content)
        return examine(Folder(tmp_path), name, mapping_of(**changes))

    return at


Look = Callable[..., Examined]


def zstd(content: bytes) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        stream.write(content)
    return bytes(sink.getvalue())


@pytest.mark.parametrize("block", [1, 2, 5, 8, 64])
@pytest.mark.parametrize(("name", "pack"), [("a.csv", bytes), ("a.csv.gz", gzip.compress), ("a.csv.zst", zstd)])
def test_records_count_the_same_however_a_file_is_cut_into_blocks(
    look: Look, monkeypatch: pytest.MonkeyPatch, block: int, name: str, pack: Callable[[bytes], bytes]
) -> None:
    monkeypatch.setattr("lakehouse.sources.examine.BLOCK", block)
    content = b"\xef\xbb\xbf\r\n" + HEADER + b'1,"2\r\n\r\n3",4,5\r\n\r\n6,7,8,9\r10,11,12,13\n\n14,15,16,17'
    found = look(pack(content), name, format={"multiline": True})
    assert (found.rows, found.header_lines) == (4, 2)


@pytest.mark.parametrize(
    ("content", "rows", "header_lines"),
    [
        (HEADER + b"1,2,3,4\n5,6,7,8\n", 2, 1),
        (HEADER + b"1,2,3,4\n5,6,7,8", 2, 1),
        (HEADER + b"\n1,2,3,4\n \t \n\r\n5,6,7,8\n\n", 2, 1),
        (b"\n \n" + HEADER + b"1,2,3,4\n", 1, 3),
        (b"\xef\xbb\xbf" + HEADER + b"1,2,3,4\n", 1, 1),
        (b"\xef\xbb\xbf\n" + HEADER + b"1,2,3,4\n", 1, 2),
        ((HEADER + b"1,2,3,4\n5,6,7,8\n").replace(b"\n", b"\r\n"), 2, 1),
        ((HEADER + b"1,2,3,4\n5,6,7,8\n").replace(b"\n", b"\r"), 2, 1),
        (HEADER + b'1,"2\n3",4,5\n', 2, 1),
        (HEADER + "1,2\x0b\x0c\x85\u2028,3,4\n".encode(), 1, 1),
        (HEADER, 0, 1),
        (b"id , q,p,t", 0, 1),
    ],
    ids=["whole", "no last line end", "blank lines", "blank lines first", "byte order mark", "lone byte order mark",
         "CRLF", "CR", "quoted newline without multiline", "other separators", "header only", "blanks in the header"],
)  # fmt: skip
def test_records_are_counted_below_the_header(look: Look, content: bytes, rows: int, header_lines: int) -> None:
    assert look(content) == Examined(rows, NAMES, header_lines)


@pytest.mark.parametrize("content", [b"", b"\n\n \n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\r\n"])
def test_file_without_a_line_has_no_records_and_no_fault(look: Look, content: bytes) -> None:
    assert look(content) == Examined(0)
    assert look(content, "a.jsonl", format={"type": "json"}) == Examined(0)


def test_record_in_quotes_may_go_on_over_lines(look: Look) -> None:
    content = HEADER + b'1,"2\n\n3",4,5\n\n"6\r\n",7,8,9\n1,"unclosed\n\n'
    assert look(content, format={"multiline": True}).rows == 3


def test_doubled_quotes_do_not_open_a_record() -> None:
    assert count_records([b'"a ""b"" c"\n', b'"d ""\n', b'""e"\n', b"f\n"], b'"') == 3


def test_columns_without_names_go_by_number(look: Look) -> None:
    found = look(b"7,2,3,4\n8,2,3,4\n", format={"header": False}, fields={"id": 1, "t": [4, 5]})
    assert found == Examined(2, ("1", "2", "3", "4"), 0)
    assert look(b"7,2\n", format={"header": False}, fields={"id": 1, "t": 4}).problem == (
        "column '4' is missing; it has 1, 2"
    )


@pytest.mark.parametrize("pack", [gzip.compress, zstd], ids=["gz", "zst"])
def test_packed_file_is_read_through(look: Look, pack: Callable[[bytes], bytes]) -> None:
    ending = "gz" if pack is gzip.compress else "zst"
    content = HEADER + b"1,2,3,4\n" * 1000
    packed = pack(content)
    assert look(packed, f"a.csv.{ending}") == Examined(1000, NAMES, 1)
    assert look(pack(HEADER) + pack(b"1,2,3,4\n"), f"b.csv.{ending}") == Examined(1, NAMES, 1)
    for broken in (packed[:-5], packed[: len(packed) // 2], content):
        found = look(broken, f"c.csv.{ending}")
        assert found.rows is None
        assert found.problem is not None
        assert found.problem.endswith("deliver it again")
        assert "()" not in found.problem


@pytest.mark.parametrize(
    ("content", "kind"),
    [(gzip.compress(HEADER), "gzip"), (zstd(HEADER), "zstd"), (b"PK\x03\x04", "zip or Excel"), (b"BZh9", "bzip2")],
    ids=["gzip", "zstd", "zip", "bzip2"],
)
def test_packed_file_that_is_not_named_so_is_told(look: Look, content: bytes, kind: str) -> None:
    problem = f"it is packed ({kind}), and its name does not say so: unpack it, or end it in .gz or .zst"
    assert look(content).problem == look(content, "A.CSV.GZ").problem == problem


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
def test_utf_16_of_either_byte_order_is_counted(look: Look, encoding: str) -> None:
    text = "id,q,p,t\r\n1,ü,3,4\r\n\r\n5,਍,7,8"  # ਍ is the bytes 0A 0D
    content = text.encode(encoding) if encoding == "utf-16" else b"\xfe\xff" + text.encode(encoding)
    assert look(content, format={"encoding": "utf-16"}) == Examined(2, NAMES, 1)


@pytest.mark.parametrize("content", ["id\n".encode("utf-16-le"), "id\n".encode("utf-16")[:-1], HEADER])
def test_utf_16_that_readers_would_take_differently_is_told(look: Look, content: bytes) -> None:
    problem = look(content, format={"encoding": "utf-16"}).problem
    assert problem is not None
    assert problem.startswith("it cannot be read (")


def test_header_in_the_sources_encoding(look: Look) -> None:
    fields = {"id": "Bestellung", "price": "Stückpreis €"}
    content = "Bestellung;Stückpreis €\n1;2\n".encode("windows-1252")
    found = look(content, fields=fields, format={"encoding": "windows-1252", "delimiter": ";"})
    assert found == Examined(1, ("Bestellung", "Stückpreis €"), 1)


@pytest.mark.parametrize(
    ("header", "problem"),
    [
        (b"t,p,q,id", None),
        (b"id,q,p,t,colour", None),
        (b'"id","q","p","t"', None),
        (b"id,q,p,t,,", None),
        (b"id,q,p", "column 't' is missing; it has id, q, p"),
        (b"id,qty,p,t", "column 'q' is missing; if 'qty' is the same, write q = [\"q\", \"qty\"]"),
        (b"id,q,p,t,p", "column 'p' is there twice"),
        (b"ID,q,p", "column 'id' is missing; it has ID, q, p; column 't' is missing; it has ID, q, p"),
        (b"id;q;p;t", "its header has one column, 'id;q;p;t': is format.delimiter = ',' right?"),
    ],
)  # fmt: skip
def test_columns_that_a_file_lacks_are_named_with_the_likely_fix(
    look: Look, header: bytes, problem: str | None
) -> None:
    assert look(header + b"\n1,2,3,4\n").problem == problem


def test_renamed_column_is_taken_from_the_list_of_names(look: Look) -> None:
    fields = {"id": ["id", "order"], "q": "q"}
    assert [look(header + b"\n", fields=fields).problem for header in (b"id,q", b"order,q")] == [None, None]


def test_dot_belongs_to_a_csv_columns_name(look: Look) -> None:
    fields = {"id": "Art.Nr.", "q": "Menge"}
    assert look(b"Art.Nr.,Menge\n1,2\n", fields=fields) == Examined(1, ("Art.Nr.", "Menge"), 1)
    assert look(b"Art,Menge\n1,2\n", fields=fields).problem == (
        "column 'Art.Nr.' is missing; if 'Art' is the same, write id = [\"Art.Nr.\", \"Art\"]"
    )


def test_first_line_too_long_for_a_header_is_told(look: Look) -> None:
    problem = look(b"[" + b"1" * 200_000 + b"]\n").problem
    assert problem == "it cannot be read (field larger than field limit (131072)): deliver it again"


def test_name_that_spark_cannot_open_is_told(look: Look) -> None:
    assert look(HEADER, "12:30.csv").problem == "Spark reads no file with a colon in its name: rename it"


def test_file_taken_away_since_it_was_listed_is_told(tmp_path: Path, mapping_of: Make) -> None:
    problem = examine(Folder(tmp_path), "gone.csv", mapping_of()).problem
    assert problem is not None
    assert problem.startswith("it cannot be read ([Errno 2] No such file")


def test_parquet_tells_its_rows_and_columns(look: Look, tmp_path: Path) -> None:
    form = {"type": "parquet"}
    pq.write_table(pa.table({"id": ["1", "2"], "c": [{"x": 1}, None]}), tmp_path / "whole.parquet")
    whole = (tmp_path / "whole.parquet").read_bytes()
    assert look(whole, "a.parquet", format=form, fields={"id": "id", "x": "c.x"}) == Examined(2, ("id", "c"))
    assert look(whole, "b.parquet", format=form, fields={"id": "nr"}).problem == "column 'nr' is missing; it has id, c"
    for broken in (whole[:-9], b"", HEADER):
        problem = look(broken, "c.parquet", format=form).problem
        assert problem is not None
        assert problem.startswith("it cannot be read (")
