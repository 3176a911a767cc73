"""Firehose delivers what comes in, as asked; stock moto does not, and these tests tell when it does."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
import sys
import time
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from lakehouse.standins.corrections.firehose_buffer import MEGABYTE, Buffer, Record
from lakehouse.standins.corrections.object_names import NameRefused, ObjectNames, java_date
from tests.standins.conftest import Aws

PREFIX = "events/dt=!{timestamp:yyyy-MM-dd}/hour=!{timestamp:HH}/"
ERRORS = "errors/!{firehose:error-output-type}/dt=!{timestamp:yyyy-MM-dd}/"
PATIENCE = 20.0
ROLE = "arn:aws:iam::123456789012:role/firehose"
PROCESSOR = {"Type": "AppendDelimiterToRecord", "Parameters": [{"ParameterName": "Delimiter", "ParameterValue": "\\n"}]}


def s3_destination(bucket: str, *, seconds: int = 0, megabytes: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "RoleARN": ROLE,
        "BucketARN": f"arn:aws:s3:::{bucket}",
        "Prefix": PREFIX,
        "ErrorOutputPrefix": ERRORS,
        "CompressionFormat": "GZIP",
        "BufferingHints": {"IntervalInSeconds": seconds, "SizeInMBs": megabytes},
        **more,
    }


def kinesis_stream(aws: Aws) -> str:
    name = f"stream-{uuid4().hex[:12]}"
    aws.client("kinesis").create_stream(StreamName=name, ShardCount=2)
    return name


def deliver(aws: Aws, destination: dict[str, Any], stream: str | None = None) -> str:
    """Make a delivery stream, from a Kinesis stream where one is named."""
    name = f"delivery-{uuid4().hex[:12]}"
    source: dict[str, Any] = {"DeliveryStreamType": "DirectPut"}
    if stream:
        arn = aws.client("kinesis").describe_stream(StreamName=stream)["StreamDescription"]["StreamARN"]
        source = {
            "DeliveryStreamType": "KinesisStreamAsSource",
            "KinesisStreamSourceConfiguration": {"KinesisStreamARN": arn, "RoleARN": ROLE},
        }
    aws.client("firehose").create_delivery_stream(
        DeliveryStreamName=name, ExtendedS3DestinationConfiguration=destination, **source
    )
    return name


def objects(aws: Aws, bucket: str) -> dict[str, bytes]:
    s3 = aws.client("s3")
    keys = [found["Key"] for found in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]
    return {key: s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys}


def lines(delivered: dict[str, bytes]) -> list[dict[str, Any]]:
    return [json.loads(line) for content in delivered.values() for line in gzip.decompress(content).splitlines()]


def wait_for_lines(aws: Aws, bucket: str, count: int) -> dict[str, bytes]:
    deadline = time.monotonic() + PATIENCE
    while True:
        delivered = objects(aws, bucket)
        if len(lines(delivered)) >= count or time.monotonic() > deadline:
            return delivered
        time.sleep(0.1)


def send(aws: Aws, stream: str, numbers: range) -> None:
    records = [{"Data": json.dumps({"id": n}).encode() + b"\n", "PartitionKey": str(n)} for n in numbers]
    aws.client("kinesis").put_records(StreamName=stream, Records=records)


def test_records_of_a_kinesis_stream_land_as_gzipped_lines_of_json_by_date(local_aws: Aws) -> None:
    bucket, stream = local_aws.bucket(), kinesis_stream(local_aws)
    send(local_aws, stream, range(5))  # before there is a delivery stream: Firehose starts at the latest record
    before = datetime.now(UTC)
    name = deliver(local_aws, s3_destination(bucket), stream)
    send(local_aws, stream, range(100, 400))
    delivered = wait_for_lines(local_aws, bucket, 300)
    assert sorted(line["id"] for line in lines(delivered)) == list(range(100, 400))
    days = {f"{at:events/dt=%Y-%m-%d/hour=%H/}" for at in (before, datetime.now(UTC))}
    for key in delivered:
        assert re.fullmatch(rf"{name}-1(-\d\d+){{6}}-[0-9a-f-]{{36}}\.gz", key.rpartition("/")[2])
        assert key[: key.rindex("/") + 1] in days


def test_stock_moto_still_delivers_nothing_from_a_kinesis_stream(stock_aws: Aws) -> None:
    bucket, stream = stock_aws.bucket(), kinesis_stream(stock_aws)
    deliver(stock_aws, s3_destination(bucket), stream)
    send(stock_aws, stream, range(10))
    time.sleep(1)
    assert objects(stock_aws, bucket) == {}


def test_records_put_one_by_one_share_an_object(local_aws: Aws) -> None:
    bucket = local_aws.bucket()
    configuration = {"Enabled": True, "Processors": [PROCESSOR]}
    name = deliver(local_aws, s3_destination(bucket, seconds=1, ProcessingConfiguration=configuration))
    for number in range(3):
        local_aws.client("firehose").put_record(
            DeliveryStreamName=name, Record={"Data": json.dumps({"id": number}).encode()}
        )
    delivered = wait_for_lines(local_aws, bucket, 3)
    assert [line["id"] for line in lines(delivered)] == [0, 1, 2]
    assert len(delivered) == 1


def test_stock_moto_still_writes_an_object_a_record_and_does_not_compress(stock_aws: Aws) -> None:
    bucket = stock_aws.bucket()
    name = deliver(stock_aws, s3_destination(bucket, seconds=60))
    for data in (b"a\n", b"b\n"):
        stock_aws.client("firehose").put_record(DeliveryStreamName=name, Record={"Data": data})
    assert sorted(objects(stock_aws, bucket).values()) == [b"a\n", b"b\n"]


def test_enough_bytes_are_delivered_before_the_interval_is_over(local_aws: Aws) -> None:
    bucket = local_aws.bucket()
    name = deliver(local_aws, s3_destination(bucket, seconds=900, megabytes=1))
    line = json.dumps({"id": 1, "text": "x" * 400_000}).encode() + b"\n"
    for _ in range(4):
        local_aws.client("firehose").put_record(DeliveryStreamName=name, Record={"Data": line})
    assert len(lines(wait_for_lines(local_aws, bucket, 3))) == 3  # the fourth waits for its interval


def test_what_is_held_back_is_delivered_when_the_stream_is_deleted(local_aws: Aws) -> None:
    bucket = local_aws.bucket()
    name = deliver(local_aws, s3_destination(bucket, seconds=900))
    firehose = local_aws.client("firehose")
    firehose.put_record(DeliveryStreamName=name, Record={"Data": b'{"id": 1}\n'})
    assert objects(local_aws, bucket) == {}
    firehose.delete_delivery_stream(DeliveryStreamName=name)
    assert lines(objects(local_aws, bucket)) == [{"id": 1}]


SHUTDOWN = """
from lakehouse.standins import corrections
corrections.install()
from moto.firehose.models import firehose_backends
from moto.s3.models import s3_backends
account = "123456789012"
s3, firehose = s3_backends[account]["aws"], firehose_backends[account]["us-east-1"]
s3.create_bucket("landing", "us-east-1")
destination = {"BucketARN": "arn:aws:s3:::landing", "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 900}}
with corrections.deliveries():
    others = dict.fromkeys("redshift elasticsearch splunk http_endpoint snowflake iceberg".split())
    firehose.create_delivery_stream(
        region="us-east-1", delivery_stream_name="events", delivery_stream_type="DirectPut",
        kinesis_stream_source_configuration={}, delivery_stream_encryption_configuration_input={},
        s3_destination_configuration={}, extended_s3_destination_configuration=destination, tags=[],
        **{f"{name}_destination_configuration": None for name in others},
    )
    firehose.put_record_batch("events", [{"Data": b"held back"}])
    assert not s3.buckets["landing"].keys
(found,) = s3.buckets["landing"].keys.values()
print(found.value.decode())
"""


def test_what_is_held_back_is_delivered_when_the_server_ends() -> None:
    done = subprocess.run([sys.executable, "-c", SHUTDOWN], capture_output=True, text=True, check=False)
    assert done.stdout == "held back\n", done.stderr


def test_records_wait_until_the_bucket_is_there(local_aws: Aws) -> None:
    bucket = f"late-{uuid4().hex[:12]}"
    name = deliver(local_aws, s3_destination(bucket))
    local_aws.client("firehose").put_record(DeliveryStreamName=name, Record={"Data": b'{"id": 1}\n'})
    time.sleep(0.5)
    local_aws.client("s3").create_bucket(Bucket=bucket)
    assert lines(wait_for_lines(local_aws, bucket, 1)) == [{"id": 1}]


def test_record_that_cannot_be_processed_lands_under_the_error_prefix(local_aws: Aws) -> None:
    bucket = local_aws.bucket()
    parameters = [{"ParameterName": "CompressionFormat", "ParameterValue": "GZIP"}]
    processing = {"Enabled": True, "Processors": [{"Type": "Decompression", "Parameters": parameters}]}
    name = deliver(local_aws, s3_destination(bucket, ProcessingConfiguration=processing))
    records = [{"Data": gzip.compress(b'{"id": 1}\n')}, {"Data": b"plain"}]
    local_aws.client("firehose").put_record_batch(DeliveryStreamName=name, Records=records)
    delivered = wait_for_lines(local_aws, bucket, 2)
    failed = {key: content for key, content in delivered.items() if key.startswith("errors/processing-failed/dt=2")}
    assert [line["rawData"] for line in lines(failed)] == ["cGxhaW4="]
    assert lines({key: delivered[key] for key in delivered.keys() - failed.keys()}) == [{"id": 1}]


def test_change_of_the_destination_counts_from_the_next_object_on(local_aws: Aws) -> None:
    bucket, firehose = local_aws.bucket(), local_aws.client("firehose")
    name = deliver(local_aws, s3_destination(bucket, seconds=900))
    firehose.put_record(DeliveryStreamName=name, Record={"Data": b'{"id": 1}\n'})
    update = {"Prefix": "moved/", "BufferingHints": {"IntervalInSeconds": 0, "SizeInMBs": 1}}
    firehose.update_destination(
        DeliveryStreamName=name, CurrentDeliveryStreamVersionId="1", DestinationId="destinationId-000000000001",
        ExtendedS3DestinationUpdate=update,
    )  # fmt: skip
    (key,) = wait_for_lines(local_aws, bucket, 1)
    assert re.match(rf"moved/\d{{4}}/\d\d/\d\d/\d\d/{name}-2-", key)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"ErrorOutputPrefix": ""}, "ErrorOutputPrefix must contain"),
        ({"Prefix": "!{partitionKeyFromQuery:customer}/"}, "does not evaluate"),
        ({"Prefix": "!{timestamp:QQQ}/"}, "does not evaluate QQQ"),
        ({"DynamicPartitioningConfiguration": {"Enabled": True}}, "DynamicPartitioningConfiguration"),
        ({"CompressionFormat": "Snappy"}, "does not compress to Snappy"),
        ({"ProcessingConfiguration": {"Enabled": True, "Processors": [{"Type": "Lambda"}]}}, "no processor Lambda"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else None,
)
def test_what_cannot_be_honoured_is_refused_at_once(local_aws: Aws, change: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ClientError, match=complaint):
        deliver(local_aws, s3_destination(local_aws.bucket(), **change))


def record(size: int) -> Record:
    return Record(b"x" * size, datetime.now(UTC))


def test_buffer_waits_for_its_interval_from_the_first_record_on() -> None:
    buffer = Buffer(size=MEGABYTE, interval=60)
    assert not buffer.is_due(1000)
    buffer.add([record(1)], now=0)
    buffer.add([record(1)], now=50)
    assert not buffer.is_due(59)
    assert buffer.is_due(60)


def test_buffer_lets_nothing_go_before_it_is_written() -> None:
    buffer = Buffer(size=10, interval=60)
    buffer.add([record(6), record(6), record(1)], now=0)
    chosen = buffer.next_object()
    assert [len(one.data) for one in chosen] == [6, 6]
    assert buffer.next_object() == chosen
    buffer.written(chosen)
    assert (buffer.held, len(buffer.records), buffer.is_due(59)) == (1, 1, False)


def test_hints_that_are_not_given_are_those_of_aws() -> None:
    assert Buffer.of({}) == Buffer(size=5 * MEGABYTE, interval=300)


def test_dates_are_those_of_the_zone_and_the_default_prefix_is_by_hour() -> None:
    destination = {"Prefix": "in/", "CustomTimeZone": "Asia/Tokyo", "CompressionFormat": "GZIP"}
    names = ObjectNames.of("orders", destination)
    key = names.delivered("1", datetime(2011, 12, 31, 20, 30, tzinfo=UTC))
    assert re.fullmatch(r"in/2012/01/01/05/orders-1-2012-01-01-05-30-00-[0-9a-f-]{36}\.gz", key)


def test_pattern_of_java_keeps_quoted_text() -> None:
    at = datetime(2011, 12, 1, 8, 26, 5, tzinfo=UTC)
    assert java_date(at, "'dt='yyyyMMdd'T'HH:mm:ss") == "dt=20111201T08:26:05"
    with pytest.raises(NameRefused, match="EEE"):
        java_date(at, "EEE")
