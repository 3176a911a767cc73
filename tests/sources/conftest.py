"""A small shop's mapping, its landed files, and what the sources make of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import Row, SparkSession
from pyspark.sql import functions as F

from lakehouse.model import ORDER_LINES_RAW
from lakehouse.sources.landing import list_landing
from lakehouse.sources.mapping import Mapping, parse_mapping
from lakehouse.sources.parse import parse_records
from lakehouse.sources.plan import FileEntry, Registry
from lakehouse.sources.read import read_records
from lakehouse.sources.storage import Folder
from lakehouse.transforms.order_lines import order_lines

SHOP: dict[str, Any] = {
    "name": "shop",
    "currency": "EUR",
    "timezone": "Europe/Berlin",
    "format": {"timestamp_format": "yyyy-MM-dd HH:mm:ss"},
    "fields": {"id": "id", "q": "q", "p": "p", "t": "t"},
    "columns": {
        "order_id": "id",
        "product_id": "'mug'",
        "quantity": "q",
        "unit_price": "p",
        "order_ts": "t",
        "line_type": "CASE WHEN q LIKE '-%' THEN 'return' ELSE 'sale' END",
    },
}


def shop_content(**changes: Any) -> dict[str, Any]:
    """The shop's mapping file with changes; those of `format` and `columns` are added to what is there."""
    added = {key: {**SHOP[key], **changes.get(key, {})} for key in ("format", "columns")}
    return {**SHOP, **changes, **added}


@pytest.fixture(scope="session")
def content_of() -> Callable[..., dict[str, Any]]:
    return shop_content


@pytest.fixture(scope="session")
def mapping_of() -> Callable[..., Mapping]:
    return lambda **changes: parse_mapping(shop_content(**changes), "shop.toml")


@pytest.fixture
def land(tmp_path: Path) -> Callable[[dict[str, bytes]], Path]:
    """Writes files, by name, into a landing folder."""

    def write(files: dict[str, bytes]) -> Path:
        for name, content in files.items():
            path = tmp_path / "landing" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return tmp_path / "landing"

    return write


@pytest.fixture(scope="session")
def planned() -> Callable[[Path, Mapping], list[FileEntry]]:
    """The entries of a first run, planned and set aside."""
    return lambda folder, mapping: Registry([]).new_entries(
        list_landing(Folder(folder), mapping.format), mapping, retry=False
    )


@pytest.fixture(scope="session")
def bronze(
    spark: SparkSession, planned: Callable[[Path, Mapping], list[FileEntry]]
) -> Callable[[Path, Mapping], list[Row]]:
    """The records of every file that is not set aside, in order of file and line."""

    def read(folder: Path, mapping: Mapping) -> list[Row]:
        entries = [entry for entry in planned(folder, mapping) if entry.status == "planned"]
        return read_records(spark, Folder(folder), entries, mapping).orderBy("file", "line_number").collect()

    return read


@pytest.fixture(scope="session")
def judged(spark: SparkSession) -> Callable[..., list[Row]]:
    """Raw records as order lines, in the order given; times as text in UTC.

    A record of CSV is its raw text, or (names of its file's columns, raw text).
    """

    def judge(mapping: Mapping, *records: str | tuple[list[str], str]) -> list[Row]:
        usual = [str(names[0]) for names in mapping.fields.values()]
        pairs = [(usual, record) if isinstance(record, str) else record for record in records]
        rows = [
            ("shop", "file", number, raw, None, json.dumps(names), 1, "hash")
            for number, (names, raw) in enumerate(pairs, 1)
        ]
        headers = sorted({json.dumps(names) for names, _ in pairs})
        raw_lines = spark.createDataFrame(rows, ORDER_LINES_RAW.schema)
        lines = order_lines(parse_records(raw_lines, mapping, headers), mapping)
        times = {name: F.col(name).cast("string") for name in ("order_ts", "order_date", "updated_at")}
        return lines.withColumns(times).drop("m").orderBy("line_number").collect()

    return judge
