"""Reading one landed file through in Python: its header, its records counted, and whether Spark can read it at all.

The count is the ledger's figure for what landed, taken from landing itself and without Spark.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import chain
from pathlib import PurePosixPath
from typing import IO, cast

from lakehouse.sources.format import Format
from lakehouse.sources.mapping import Mapping
from lakehouse.sources.storage import Storage

BLANK = b" \t\r\n"
BLOCK = 1 << 20
"""Bytes to unpack and to split at once."""
PACKED = {b"\x1f\x8b": "gzip", b"(\xb5/\xfd": "zstd", b"PK\x03\x04": "zip or Excel", b"BZh": "bzip2"}
"""The first bytes of packed files, by which one that is not named so can be told."""


@dataclass(frozen=True)
class Examined:
    """What one file holds. `header_lines` counts the lines up to and with the header."""

    rows: int | None
    header: tuple[str, ...] | None = None
    header_lines: int = 0
    problem: str | None = None


def examine(storage: Storage, path: str, mapping: Mapping) -> Examined:
    """Read the file through.

    Returns:
        Its records and header; or a `problem`, with the way out, where the file cannot be read whole or lacks a
        column that the mapping names.

    Raises:
        LandingError: it is not the file but the place it lies in that cannot be read.
    """
    try:
        with storage.open(path) as file:
            misnamed = _misnamed(PurePosixPath(path), file)
            if misnamed:
                return Examined(None, problem=misnamed)
            found = _parquet(file) if mapping.format.type == "parquet" else _text(path, file, mapping.format)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        return Examined(None, problem=f"it is no whole gzip file ({error}): deliver it again")
    except (OSError, UnicodeError, csv.Error) as error:
        return Examined(None, problem=f"it cannot be read ({error}): deliver it again")
    problem = header_problem(found.header, mapping) if found.header is not None else None
    return Examined(found.rows, found.header, found.header_lines, problem)


def _misnamed(path: PurePosixPath, file: IO[bytes]) -> str | None:
    if ":" in path.name:
        return "Spark reads no file with a colon in its name: rename it"
    start = file.read(4)
    file.seek(0)
    packed = next((name for sign, name in PACKED.items() if start.startswith(sign)), None)
    if packed is None or path.suffix in (".gz", ".zst"):
        return None
    return f"it is packed ({packed}), and its name does not say so: unpack it, or end it in .gz or .zst"


def _parquet(file: IO[bytes]) -> Examined:
    import pyarrow as pa  # here and below: where neither Parquet nor zstd lands, Spark alone is needed
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(file) as content:
            return Examined(content.metadata.num_rows, tuple(content.schema_arrow.names))
    except pa.ArrowException as error:
        raise OSError(str(error)) from error


def _text(path: str, file: IO[bytes], form: Format) -> Examined:
    lines = _lines(path, file, form)
    quote = form.quote.encode() if form.multiline else None
    if form.type != "csv":
        return Examined(count_records(lines, quote))
    number, first = next(((n, line) for n, line in enumerate(lines, 1) if line.strip(BLANK)), (0, b""))
    if not number:
        return Examined(0)
    names = parse_header(first, form)
    if form.header:
        return Examined(count_records(lines, quote), names, number)
    # Columns without names go by their numbers.
    numbers = tuple(str(n) for n in range(1, len(names) + 1))
    return Examined(count_records(chain([first], lines), quote), numbers)


def _lines(path: str, file: IO[bytes], form: Format) -> Iterator[bytes]:
    """The file's lines as bytes, without their ends: a carriage return alone is one for Spark as well."""
    return chain.from_iterable(map(bytes.splitlines, _blocks(path, file, form)))


def _blocks(path: str, file: IO[bytes], form: Format) -> Iterator[bytes]:
    """The file's text in blocks of whole lines; UTF-16 comes as UTF-8, since its line ends are two bytes."""
    with _unpacked(path, file) as stream:
        if form.encoding == "utf-16":
            yield _utf_16(stream.read()).encode()
            return
        # Spark, too, reads on from behind a byte order mark.
        yield stream.readline().removeprefix(codecs.BOM_UTF8)
        while block := stream.read(BLOCK):
            yield block + stream.readline()


def _utf_16(content: bytes) -> str:
    if content and not content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise UnicodeError("no UTF-16 with a byte order mark")
    return content.decode("utf-16")


def _unpacked(path: str, file: IO[bytes]) -> IO[bytes]:
    if path.endswith(".gz"):
        return io.BufferedReader(cast(io.RawIOBase, gzip.open(file, "rb")), BLOCK)
    if path.endswith(".zst"):
        import pyarrow as pa

        return io.BufferedReader(pa.input_stream(file, compression="zstd"))
    return file


def count_records(lines: Iterable[bytes], quote: bytes | None) -> int:
    """Count the records: lines that are not blank; with a quote sign, lines inside quotes go with their record."""
    if quote is None:
        return sum(1 for line in lines if line.strip(BLANK))
    records, inside = 0, False
    for line in lines:
        if not inside and not line.strip(BLANK):
            continue
        records += not inside
        inside ^= line.count(quote) % 2 == 1
    return records


def parse_header(line: bytes, form: Format) -> tuple[str, ...]:
    """The column names of a header line, without byte order mark and blanks around them."""
    encoding = "utf-8" if form.encoding == "utf-16" else form.encoding
    text = line.removeprefix(codecs.BOM_UTF8).decode(encoding, errors="replace").strip("\ufeff")
    names = next(csv.reader([text], delimiter=form.delimiter, quotechar=form.quote), [])
    return tuple(name.strip() for name in names)


def header_problem(header: tuple[str, ...], mapping: Mapping) -> str | None:
    """Why the columns of a file do not serve the mapping, and the way out; None where they do."""
    if mapping.format.type == "csv" and len(header) == 1 and len(mapping.fields) > 1:
        return f"its header has one column, {header[0]!r}: is format.delimiter = {mapping.format.delimiter!r} right?"
    problems = []
    for field, names in ((field, [str(name) for name in names]) for field, names in mapping.fields.items()):
        # Only where records nest is a dot the way to a value inside.
        tops = names if mapping.format.type == "csv" else [name.split(".")[0] for name in names]
        problems += [f"column {name!r} is there twice" for name in tops if header.count(name) > 1]
        if not any(name in header for name in tops):
            problems.append(_missing(field, names, header))
    return "; ".join(problems) or None


def _missing(field: str, names: list[str], header: tuple[str, ...]) -> str:
    close = get_close_matches(names[0], header, 1, 0.5)
    if not close:
        return f"column {names[0]!r} is missing; it has {', '.join(header)}"
    both = ", ".join(f'"{name}"' for name in (*names, close[0]))
    return f"column {names[0]!r} is missing; if {close[0]!r} is the same, write {field} = [{both}]"
