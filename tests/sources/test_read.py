"""Bronze is what landed: every record, its line number, and its text exactly as it came."""

from __future__ import annotations

import gzip
import tempfile
from base64 import b64decode
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pyspark.sql import Row, SparkSession
from pyspark.sql import functions as F

from lakehouse.model import ORDER_LINES_RAW
from lakehouse.sources.mapping import Mapping, load_mapping
from lakehouse.sources.plan import FileEntry

# On Glue, and here where much has landed, queries are compiled.
pytestmark = pytest.mark.usefixtures("compiled")

Make = Callable[..., Mapping]
Land = Callable[[dict[str, bytes]], Path]
Planned = Callable[[Path, Mapping], list[FileEntry]]
Bronze = Callable[[Path, Mapping], list[Row]]

HEADER = b"id,q,p,t\n"
ODD_NAMES = [
    "a b", " a", "a+b", "a%20b", "a%b", "[x]", "{a,b}", "ü", "u\u0308", "a#b", "a?b", "a*b", "a,b", "a&b=c", "a;b",
    "a'b", 'a"b', "a\\b", "a|b", "a~b", "a@b^`", "day=2024-01-01/a", "%2F/a",
]  # fmt: skip


def texts(rows: list[Row], file: str) -> list[tuple[int, str]]:
    return [(row.line_number, row.raw) for row in rows if row.file == file]


def test_records_keep_their_text_and_line_number(mapping_of: Make, land: Land, bronze: Bronze) -> None:
    folder = land(
        {
            "lf.csv": HEADER + b'1,"2, ""b""", 3 ,\n\n  \n5,6,7,8',
            "crlf.csv": (HEADER + b"1,2,3,4\n\n5,6,7,8\n").replace(b"\n", b"\r\n"),
            "cr.csv": (HEADER + b"1,2,3,4\n\n5,6,7,8\n").replace(b"\n", b"\r"),
            "late.csv": b"\n\n" + HEADER + b"1,2,3,4\n",
            "bom.csv": b"\xef\xbb\xbf" + HEADER + b"1,2,3,4\n",
            "packed.csv.gz": gzip.compress(HEADER) + gzip.compress(b"1,2,3,4\n"),
            "other.csv": b"t,id,p,q,new\n" + "\x00,\x0b,\x85,\u2028,é\n".encode(),
            "header.csv": HEADER,
            "empty.csv": b"",
            "odd.csv": HEADER + b"caf\xe9,\xc3\xa9\n",
        }
    )
    rows = bronze(folder, mapping_of())
    assert {name: texts(rows, name) for name in sorted({row.file for row in rows})} == {
        "lf.csv": [(2, '1,"2, ""b""", 3 ,'), (5, "5,6,7,8")],
        "crlf.csv": [(2, "1,2,3,4"), (4, "5,6,7,8")],
        "cr.csv": [(2, "1,2,3,4"), (4, "5,6,7,8")],
        "late.csv": [(4, "1,2,3,4")],
        "bom.csv": [(2, "1,2,3,4")],
        "packed.csv.gz": [(2, "1,2,3,4")],
        "other.csv": [(2, "\x00,\x0b,\x85,\u2028,é")],
        "odd.csv": [(2, "caf\ufffd,é")],
    }
    assert {row.file: b64decode(row.raw_base64) for row in rows if row.raw_base64} == {"odd.csv": b"caf\xe9,\xc3\xa9"}
    assert {row.file: row.header for row in rows}["other.csv"] == '["t", "id", "p", "q", "new"]'
    assert sorted(rows[0].asDict()) == sorted(ORDER_LINES_RAW.column_names)


def test_json_lines_are_read_from_zstd_and_behind_a_byte_order_mark(
    mapping_of: Make, land: Land, bronze: Bronze, tmp_path: Path
) -> None:
    with pa.output_stream(str(tmp_path / "a.zst"), compression="zstd") as stream:
        stream.write(b'{"id": "\xc3\xbc"}\n\n{}\n')
    files = {
        "a.jsonl.zst": (tmp_path / "a.zst").read_bytes(),
        "12:30/b.jsonl": b"\xef\xbb\xbf{}\n",
        "c.json": b"\xef\xbb\xbf",
    }
    rows = bronze(land(files), mapping_of(format={"type": "json"}))
    assert [(row.file, row.line_number, row.raw, row.header) for row in rows] == [
        ("12:30/b.jsonl", 1, "{}", None),
        ("a.jsonl.zst", 1, '{"id": "ü"}', None),
        ("a.jsonl.zst", 3, "{}", None),
    ]


def test_no_file_is_lost_for_its_name(mapping_of: Make, land: Land, bronze: Bronze) -> None:
    names = {f"{name}.jsonl": f'{{"id": {number}}}' for number, name in enumerate(ODD_NAMES)}
    folder = land({f"la nd+[ü]%41/{name}": content.encode() for name, content in names.items()}) / "la nd+[ü]%41"
    rows = bronze(folder, mapping_of(format={"type": "json"}))
    assert {row.file: row.raw for row in rows} == names
    assert len(rows) == len(names)


def test_record_in_quotes_goes_on_over_lines(mapping_of: Make, land: Land, bronze: Bronze) -> None:
    content = HEADER + b'1,"a\n\n b",3,4\n\n5,"say ""hi""\n",7,8\n9,,,"open\n\n10,2,3,4\n'
    rows = bronze(land({"a.csv": content, "b.csv": HEADER + b"1,2,3,4\n"}), mapping_of(format={"multiline": True}))
    assert texts(rows, "a.csv") == [
        (2, '1,"a\n\n b",3,4'),
        (6, '5,"say ""hi""\n",7,8'),
        (8, '9,,,"open\n\n10,2,3,4'),
    ]
    assert texts(rows, "b.csv") == [(2, "1,2,3,4")]


def test_windows_1252_keeps_its_signs_and_the_bytes_it_lacks(mapping_of: Make, land: Land, bronze: Bronze) -> None:
    content = HEADER + '1,2,3,é\n€,†,"ß\nü",4\n1,2,3,"é"\n'.encode("windows-1252") + b"a\x81b,2,3,4\n"
    form = {"encoding": "windows-1252", "multiline": True}
    rows = bronze(land({"a.csv": content}), mapping_of(format=form))
    assert texts(rows, "a.csv") == [(2, "1,2,3,é"), (3, '€,†,"ß\nü",4'), (5, '1,2,3,"é"'), (6, "a\ufffdb,2,3,4")]
    assert [row.raw_base64 and b64decode(row.raw_base64) for row in rows] == [None, None, None, b"a\x81b,2,3,4"]


@pytest.mark.parametrize("encoding", ["windows-1251", "iso-8859-15"])
def test_other_encodings_read_every_byte_as_python_does(
    mapping_of: Make, land: Land, bronze: Bronze, encoding: str
) -> None:
    signs = bytes(range(0x80, 0x100))
    rows = bronze(land({"a.csv": HEADER + signs + b",2,3,4\n"}), mapping_of(format={"encoding": encoding}))
    assert [row.raw for row in rows] == [signs.decode(encoding, errors="replace") + ",2,3,4"]


def test_utf_16_of_either_byte_order(mapping_of: Make, land: Land, bronze: Bronze) -> None:
    text = "id,q,p,t\r\n1,ü,3,4\r\n\r\n5,\u0a0d,\U0001f600,8"
    files = {
        "le.csv": b"\xff\xfe" + text.encode("utf-16-le"),
        "be.csv": b"\xfe\xff" + text.encode("utf-16-be"),
        "le.csv.gz": gzip.compress(b"\xff\xfe" + text.encode("utf-16-le")),
    }
    rows = bronze(land(files), mapping_of(format={"encoding": "utf-16"}))
    for name in files:
        assert texts(rows, name) == [(2, "1,ü,3,4"), (4, "5,\u0a0d,\U0001f600,8")]
    assert not [row for row in rows if row.raw_base64]


def test_parquet_rows_become_json_whatever_files_lie_beside(mapping_of: Make, land: Land, bronze: Bronze) -> None:
    folder = land({})
    for name, columns in {
        "day=1/a.parquet": {"id": ["1", None], "q": [1, 2], "p": [Decimal("0.10"), Decimal("1.005")], "t": ["x", ""]},
        "[b].parquet": {"id": ["3"], "q": [1.5], "p": ["4"], "t": ["x"], "new": [{"deep": [1]}]},
        "c.parquet": {"t": ["x"], "id": ["5"], "q": ["7"], "p": ["8"]},
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.table(columns), folder / name)
    rows = bronze(folder, mapping_of(format={"type": "parquet"}))
    assert [(row.file, row.line_number, row.raw) for row in rows] == [
        ("[b].parquet", 1, '{"id":"3","q":1.5,"p":"4","t":"x","new":{"deep":[1]}}'),
        ("c.parquet", 1, '{"t":"x","id":"5","q":"7","p":"8"}'),
        ("day=1/a.parquet", 1, '{"id":"1","q":1,"p":0.100,"t":"x"}'),
        ("day=1/a.parquet", 2, '{"id":null,"q":2,"p":1.005,"t":""}'),
    ]


@pytest.fixture
def small_splits(spark: SparkSession) -> Iterator[None]:
    spark.conf.set("spark.sql.files.maxPartitionBytes", "1000")
    yield
    spark.conf.unset("spark.sql.files.maxPartitionBytes")


@pytest.mark.usefixtures("small_splits")
def test_file_read_in_pieces_keeps_its_line_numbers(
    spark: SparkSession, mapping_of: Make, land: Land, bronze: Bronze
) -> None:
    def lines(end: str, last: int) -> bytes:
        return "".join(f"line {number}{end}" for number in range(1, last + 1)).encode()

    folder = land({"a.jsonl": lines("\n", 2000), "b.jsonl": lines("\r\n", 900), "c.jsonl": lines("\r", 901)})
    assert spark.read.text(str(folder)).select(F.spark_partition_id()).distinct().count() > 10
    rows = bronze(folder, mapping_of(format={"type": "json"}))
    assert Counter(row.file for row in rows) == {"a.jsonl": 2000, "b.jsonl": 900, "c.jsonl": 901}
    assert [row.raw for row in rows if row.raw != f"line {row.line_number}"] == []


def test_real_file_is_kept_line_by_line(uci_orders: Path, land: Land, bronze: Bronze) -> None:
    first = min(uci_orders.rglob("*.csv.gz"))
    rows = bronze(land({first.name: first.read_bytes()}), load_mapping("uci_online_retail"))
    lines = gzip.decompress(first.read_bytes()).decode().splitlines()
    assert [(row.line_number, row.raw) for row in rows] == list(enumerate(lines[1:], 2))


PIECES = ["a", "\n", "\r", "\r\n", '"', '""', ",", " ", "\t", "\x00", "\x0b", "\x0c", "\x85", "\u2028", "\ufeff", "é"]
WEIRD_TEXT = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)
WEIRD_BYTES = st.lists(
    st.sampled_from([*(piece.encode() for piece in PIECES), b"\xff", b"\xc3", b"\xe9"]), max_size=12
).map(b"".join)
# A failing list is a list of small files already; to make it smaller would take a Spark job for each try.
FEW = settings(
    max_examples=2, phases=[Phase.generate], deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def uncounted(folder: Path, planned: Planned, bronze: Bronze, mapping: Mapping) -> list[tuple[bytes, int | None, int]]:
    """Files of which Python counts other records than Spark: the content and both counts."""
    read = Counter(row.file for row in bronze(folder, mapping))
    entries = [entry for entry in planned(folder, mapping) if entry.status == "planned"]
    assert len(entries) > 30
    return [((folder / e.path).read_bytes(), e.rows, read[e.path]) for e in entries if e.rows != read[e.path]]


@pytest.mark.parametrize(
    "form",
    [{"type": "json"}, {"multiline": True}, {"multiline": True, "encoding": "windows-1252"}],
    ids=["lines", "records over lines", "windows-1252"],
)
def test_spark_reads_as_many_records_as_python_counts(
    planned: Planned, bronze: Bronze, mapping_of: Make, form: dict[str, object]
) -> None:
    mapping = mapping_of(format=form)

    @FEW
    @given(contents=st.lists(WEIRD_BYTES, min_size=40, max_size=40))
    def hold(contents: list[bytes]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            for number, content in enumerate(contents):
                start = b"" if mapping.format.type == "json" else HEADER
                (Path(folder) / f"{number}.{mapping.format.type}").write_bytes(start + content)
            assert uncounted(Path(folder), planned, bronze, mapping) == []

    hold()


@FEW
@given(contents=st.lists(WEIRD_TEXT, min_size=40, max_size=40))
def test_spark_reads_as_many_utf_16_records_as_python_counts(
    planned: Planned, bronze: Bronze, mapping_of: Make, contents: list[str]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for number, content in enumerate(contents):
            (Path(folder) / f"{number}.csv").write_text(HEADER.decode() + content, encoding="utf-16", newline="")
        assert uncounted(Path(folder), planned, bronze, mapping_of(format={"encoding": "utf-16"})) == []
