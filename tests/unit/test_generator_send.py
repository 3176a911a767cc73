"""Generated orders sent into a stream: every line arrives as one record, also where Kinesis takes only a part."""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from lakehouse.errors import LakehouseError, UsageError
from lakehouse.generator import generate
from lakehouse.generator import send as module
from lakehouse.generator.send import batches, send

boto3 = pytest.importorskip("boto3")


@pytest.fixture
def kinesis(s3: Any) -> Any:
    return boto3.client("kinesis")


@pytest.fixture
def stream(kinesis: Any) -> Iterator[str]:
    name = f"orders-{uuid4().hex[:8]}"
    kinesis.create_stream(StreamName=name, ShardCount=2)
    yield name
    kinesis.delete_stream(StreamName=name)


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("generated") / "orders"
    generate(folder, lines=1_200, days=5, seed=3, changes=True)
    return folder


def records(kinesis: Any, stream: str) -> Counter[bytes]:
    """Every record of every shard."""
    found: Counter[bytes] = Counter()
    for shard in kinesis.list_shards(StreamName=stream)["Shards"]:
        place = {"StreamName": stream, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
        answer = kinesis.get_records(ShardIterator=kinesis.get_shard_iterator(**place)["ShardIterator"])
        found.update(record["Data"] for record in answer["Records"])
    return found


def test_every_line_arrives_with_its_line_end(kinesis: Any, stream: str, generated: Path) -> None:
    seen: list[int] = []
    assert send(generated, stream, seen.append) == 1_200
    assert seen == [500, 1000, 1200]
    files = sorted(generated.glob("*/*/*/*.jsonl.gz"))
    arrived = records(kinesis, stream)
    assert arrived == Counter(
        line for file in files for line in gzip.decompress(file.read_bytes()).splitlines(keepends=True)
    )
    assert all(record.endswith(b"\n") and record.count(b"\n") == 1 for record in arrived)


def test_records_that_a_shard_refuses_are_sent_again(monkeypatch: pytest.MonkeyPatch, generated: Path) -> None:
    monkeypatch.setattr(module, "FIRST_PAUSE_SECONDS", 0.0)
    taken: list[bytes] = []

    def half(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
        taken.extend(record["Data"] for record in records[::2])
        return records[1::2]

    monkeypatch.setattr(module, "_put_records", lambda stream: half)
    with pytest.raises(LakehouseError, match=r"orders takes no more: 1 record\(s\) were refused 8 times"):
        send(generated, "orders")
    assert len(taken) == 499


def test_request_is_never_larger_than_kinesis_takes() -> None:
    sizes = [[len(record["Data"]) for record in batch] for batch in batches(iter([b"x" * 2**20] * 9))]
    assert [len(batch) for batch in sizes] == [4, 4, 1]
    assert [len(batch) for batch in batches(iter([b"x"] * 1_001))] == [500, 500, 1]


def test_folder_without_generated_orders_and_stream_that_is_not_there_are_named(
    s3: Any, tmp_path: Path, generated: Path
) -> None:
    with pytest.raises(UsageError, match=r"holds no generated orders: make some with `lakehouse generate --out"):
        send(tmp_path, "orders")
    with pytest.raises(LakehouseError, match=r"^The stream nowhere cannot be written to: .*nowhere.* not found"):
        send(generated, "nowhere")
