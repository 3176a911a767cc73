"""Kinesis loses no record and does not slow down; stock moto does both, and these tests tell when it no longer does."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from moto.kinesis.models import Shard, Stream

from lakehouse.standins.corrections.kinesis import DenseShard, LockedStream
from tests.standins.conftest import Aws

WRITERS = 8
BATCH = 100


def new_stream(aws: Aws) -> str:
    name = f"stream-{uuid4().hex[:12]}"
    aws.client("kinesis").create_stream(StreamName=name, ShardCount=1)
    return name


def read_all(aws: Aws, stream: str) -> list[bytes]:
    kinesis, found = aws.client("kinesis"), []
    for shard in kinesis.list_shards(StreamName=stream)["Shards"]:
        iterator = kinesis.get_shard_iterator(
            StreamName=stream, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        while records := (answer := kinesis.get_records(ShardIterator=iterator))["Records"]:
            found += [record["Data"] for record in records]
            iterator = answer["NextShardIterator"]
    return found


def write_at_once(aws: Aws, stream: str, batches: int) -> tuple[set[bytes], list[str]]:
    """Eight writers send batches at the same time; what they sent and the sequence numbers that they were given."""

    def write(writer: int) -> tuple[list[bytes], list[str]]:
        kinesis, sent, numbers = aws.client("kinesis"), [], []
        for batch in range(batches):
            data = [f"{writer}/{batch}/{record}".encode() for record in range(BATCH)]
            entries = [{"Data": one, "PartitionKey": str(writer)} for one in data]
            answer = kinesis.put_records(StreamName=stream, Records=entries)
            sent += data
            numbers += [record["SequenceNumber"] for record in answer["Records"]]
        return sent, numbers

    with ThreadPoolExecutor(WRITERS) as pool:
        answers = list(pool.map(write, range(WRITERS)))
    return {one for sent, _ in answers for one in sent}, [number for _, numbers in answers for number in numbers]


def test_no_record_is_lost_under_eight_writers(local_aws: Aws) -> None:
    stream = new_stream(local_aws)
    sent, numbers = write_at_once(local_aws, stream, batches=10)
    assert len(numbers) == len(set(numbers)) == len(sent) == WRITERS * 10 * BATCH
    assert sorted(read_all(local_aws, stream)) == sorted(sent)


def test_stock_moto_still_loses_records_under_eight_writers(stock_aws: Aws) -> None:
    stream = new_stream(stock_aws)
    for _ in range(20):  # a race: as a rule the first round shows it
        sent, _ = write_at_once(stock_aws, stream, batches=10)
        if len(read_all(stock_aws, stream)) % len(sent):
            return
    pytest.fail("stock moto loses no record any more: the correction may go")


def bytes_for_one_put(shard: Shard) -> int:
    """Memory that a put takes while it runs, on a shard that holds 20,000 records already."""
    for _ in range(20):
        shard.put_record("key", "", "")
    template = shard.records[1]
    shard.records.update(dict.fromkeys(range(1, 20_001), template))
    tracemalloc.start()
    shard.put_record("key", "", "")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


def test_a_put_does_not_look_at_the_records_before_it() -> None:
    assert bytes_for_one_put(DenseShard(0, 0, 1)) < 20_000


def test_stock_moto_still_lists_all_records_for_one_put() -> None:
    assert bytes_for_one_put(Shard(0, 0, 1)) > 20_000 * 8


def stream_of(kind: Callable[..., Stream], shards: int) -> Stream:
    return kind("orders", shards, None, None, "123456789012", "us-east-1")


def everything_in(stream: Stream) -> list[str]:
    return [record.data for shard in stream.shards.values() for record in shard.records.values()]


@pytest.fixture
def corrected_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("moto.kinesis.models.Shard", DenseShard)


@pytest.mark.usefixtures("corrected_shards")
def test_a_record_is_read_once_after_shards_are_split_and_merged() -> None:
    stream = stream_of(LockedStream, 1)
    stream.put_record("key", "", "before")
    stream.split_shard("shardId-000000000000", str(2**127))
    _, shard = stream.put_record("key", "", "after the split")
    assert shard != "shardId-000000000000"
    stream.merge_shards("shardId-000000000001", "shardId-000000000002")
    assert stream.put_record("key", "", "after the merge") == ("1", "shardId-000000000003")
    assert sorted(everything_in(stream)) == ["after the merge", "after the split", "before"]


def test_stock_moto_still_repeats_records_when_shards_are_merged() -> None:
    stream = stream_of(Stream, 2)
    stream.put_record("key", "", "before")
    stream.merge_shards("shardId-000000000000", "shardId-000000000001")
    assert everything_in(stream) == ["before", "before"]


@pytest.mark.parametrize(
    ("kind", "extra", "expected"),
    [
        ("TRIM_HORIZON", {}, ["1", "2", "3"]),
        ("LATEST", {}, []),
        ("AT_SEQUENCE_NUMBER", {"StartingSequenceNumber": "2"}, ["2", "3"]),
        ("AFTER_SEQUENCE_NUMBER", {"StartingSequenceNumber": "2"}, ["3"]),
    ],
)
def test_an_iterator_starts_where_it_is_told(
    local_aws: Aws, kind: str, extra: dict[str, Any], expected: list[str]
) -> None:
    stream, kinesis = new_stream(local_aws), local_aws.client("kinesis")
    for number in ("1", "2", "3"):
        answer = kinesis.put_record(StreamName=stream, Data=number.encode(), PartitionKey="key")
        assert answer["SequenceNumber"] == number
    shard = kinesis.list_shards(StreamName=stream)["Shards"][0]["ShardId"]
    iterator = kinesis.get_shard_iterator(StreamName=stream, ShardId=shard, ShardIteratorType=kind, **extra)
    records = kinesis.get_records(ShardIterator=iterator["ShardIterator"])["Records"]
    assert [record["SequenceNumber"] for record in records] == expected


def test_an_iterator_at_a_time_starts_with_the_first_record_since() -> None:
    shard = DenseShard(0, 0, 1)
    for at in (10.0, 20.0, 30.0):
        shard.put_record("key", str(at), "")
        shard.records[len(shard.records)].created_at = at
    assert [shard.get_sequence_number_at(at) for at in (5.0, 10.0, 20.0, 25.0, 31.0)] == [0, 0, 1, 2, 3]


def test_a_reader_gets_a_limited_number_and_goes_on_from_there() -> None:
    shard = DenseShard(0, 0, 1)
    for number in range(5):
        shard.put_record("key", str(number), "")
    first, last, _ = shard.get_records("0", 3)
    rest, end, behind = shard.get_records(str(last), 3)
    assert [record.data for record in first + rest] == ["0", "1", "2", "3", "4"]
    assert (last, end, behind) == (3, 5, 0)
    assert shard.get_records(str(end), 3) == ([], 5, 0)
