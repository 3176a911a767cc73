"""All six jobs with landing, lake and exports on S3: what comes of it is what comes of the same files in folders."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pyspark.sql import SparkSession

from lakehouse.delta import Lake
from lakehouse.model import JOB_RUNS, LANDING_FILES, ORDER_LINES_RAW, PUBLISHED, TABLES
from lakehouse.pipeline import load_jobs
from lakehouse.session import s3a_settings
from lakehouse.sources.mapping import load_mapping
from lakehouse.sources.storage import storage_at
from lakehouse.verify import verify
from lakehouse.warehouse.connect import connect, parse_target, rows
from lakehouse.warehouse.load import target

MOMENTS = {"started_at", "finished_at", "seconds"}


def sale(number: int, day: int, **others: Any) -> dict[str, Any]:
    """One line of day 1 to 28 of May, the product and country of which go by its number."""
    return {
        "line_id": f"L{number}", "order_id": f"O{number // 3}", "updated_at": f"2024-05-{day:02d}T12:05:00.000Z",
        "ordered_at": f"2024-05-{day:02d}T12:00:00Z", "type": "sale", "deleted": False,
        "product": {"id": f"P{number % 7}", "name": f"Tasse {number % 7} „blau“", "category": "Küche"},
        "customer": {"id": f"C{number % 5}"}, "country": ("France", "Spain")[number % 2],
        "quantity": 1 + number % 3, "unit_price": 9.99,
    } | others  # fmt: skip


def lines(*records: dict[str, Any]) -> bytes:
    return "".join(json.dumps(record) + "\n" for record in records).encode()


FIRST = {
    f"2024/05/{day:02d}/12/orders-1-2024-05-{day:02d}-12-00-{uuid4().hex[:4]}.gz": gzip.compress(
        lines(*(sale(number, day) for number in range(day * 20, day * 20 + 20)))
    )
    for day in range(1, 11)
} | {
    "backfill/a b+c%20[1]{ü}.jsonl": lines(sale(1, 1), sale(2, 1, quantity="none")),
    "backfill/cut.jsonl.gz": gzip.compress(lines(sale(3, 1)))[:-9],
    "_manifest.json": b"{}",
}
CHANGED = min(name for name in FIRST if name.endswith(".gz"))
SECOND = {
    "2024/05/11/12/orders-2.jsonl.gz": gzip.compress(lines(*(sale(number, 11) for number in range(500, 520)))),
    "2024/05/11/12/orders-3.jsonl.gz": gzip.compress(
        lines(
            sale(41, 2, updated_at="2024-05-11T08:00:00.000Z", quantity=7),
            sale(42, 2, updated_at="2024-05-11T08:00:00.000Z", deleted=True),
        )
    ),
    CHANGED: gzip.compress(lines(*(sale(number, 1) for number in range(20, 35)))),
}


@dataclass(frozen=True)
class Place:
    """Where one run of the platform has everything."""

    spark: SparkSession
    landing: str
    lake: str
    exports: str
    warehouse: str
    source: str = "softcart"
    tracking: str = "none: the shop has too few days for a forecast"

    def run(self, run_id: str) -> dict[str, int]:
        """All jobs in their order; the rows that each table had written."""
        written: dict[str, int] = {}
        for job in load_jobs():
            module = import_module(f"lakehouse.jobs.{job.name}")
            names = {field for field in module.Config.__dataclass_fields__ if hasattr(self, field)}
            options = {name: getattr(self, name) for name in names} | {"run_id": run_id}
            if job.name == "publish_to_warehouse":
                options["accept_quarantine"] = True
            written |= module.run(self.spark, module.Config(**options))
        return written

    def contents(self) -> dict[str, list[str]]:
        """The rows of every table in lake and warehouse, but for what is of the run and not of the data."""
        lake = Lake(self.spark, self.lake)
        found = {}
        for table in TABLES:
            left_out = MOMENTS | ({"content_hash", "inputs"} if table in (LANDING_FILES, JOB_RUNS) else set())
            columns = [name for name in table.column_names if name not in left_out]
            found[table.name] = sorted(str(tuple(row)) for row in lake.read(table).select(columns).collect())
        connection = connect(parse_target(self.warehouse), read_only=True)
        try:
            for table in PUBLISHED:
                kept = ", ".join(name.upper() for name in table.column_names)
                found[target(table)] = sorted(map(str, rows(connection, f"select {kept} from {target(table)}")))
        finally:
            connection.close()
        return found

    def verified(self) -> tuple[list[Any], list[str]]:
        """What `lakehouse verify` finds different, and what it notes."""
        connection = connect(parse_target(self.warehouse), read_only=True)
        try:
            found = verify(self.spark, self.lake, storage_at(self.landing), load_mapping(self.source), connection)
        finally:
            connection.close()
        return found.differences, found.notes


@pytest.fixture
def folders(interpreted: SparkSession, tmp_path: Path) -> Place:
    at = {name: str(tmp_path / name) for name in ("landing", "lake", "exports")}
    return Place(interpreted, **at, warehouse=f"embedded:{tmp_path / 'folders.duckdb'}")


@pytest.fixture
def bucket(interpreted: SparkSession, s3: Any) -> str:
    """A bucket that Spark, too, finds on the local S3: by the settings of this bucket alone."""
    name = f"shop-{uuid4().hex[:8]}"
    s3.create_bucket(Bucket=name)
    keys = {"access.key": "test", "secret.key": "test"}
    keys["aws.credentials.provider"] = "org.apache.hadoop.fs.s3a.SimpleAWSCredentialsProvider"
    prefix = f"fs.s3a.bucket.{name}"
    for setting, value in (s3a_settings(prefix) | {f"{prefix}.{key}": text for key, text in keys.items()}).items():
        interpreted.conf.set(setting, value)
    return name


@pytest.fixture
def on_s3(interpreted: SparkSession, bucket: str, s3: Any, tmp_path: Path) -> Place:
    s3.upload_file(load_mapping("softcart").origin, bucket, "mappings/softcart.toml")
    return Place(
        interpreted,
        landing=f"s3://{bucket}/landing/orders/",
        lake=f"s3://{bucket}/lake",
        exports=f"s3a://{bucket}/exports",
        warehouse=f"embedded:{tmp_path / 's3.duckdb'}",
        source=f"s3://{bucket}/mappings/softcart.toml",
    )


def write(folder: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def upload(s3: Any, bucket: str, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        s3.put_object(Bucket=bucket, Key=f"landing/orders/{name}", Body=content)


def test_tables_and_warehouse_on_s3_equal_those_in_folders(on_s3: Place, folders: Place, bucket: str, s3: Any) -> None:
    written: dict[Place, list[dict[str, int]]] = {on_s3: [], folders: []}
    for run_id, files in (("run-1", FIRST), ("run-2", SECOND)):
        upload(s3, bucket, files)
        write(Path(folders.landing), files)
        for place, rows_of_runs in written.items():
            rows_of_runs.append(place.run(run_id))
    assert written[on_s3] == written[folders]
    expected, found = folders.contents(), on_s3.contents()
    assert {name for name in expected if found[name] != expected[name]} == set()
    raw = Lake(on_s3.spark, on_s3.lake).read(ORDER_LINES_RAW).select("file").distinct().collect()
    assert {row["file"] for row in raw} == {*FIRST, *SECOND} - {"_manifest.json", "backfill/cut.jsonl.gz"}
    assert on_s3.verified() == ([], folders.verified()[1])
