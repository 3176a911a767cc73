"""Generated orders as the web shop sends them: one record a line into a Kinesis stream, from which Firehose lands them.

A record that is sent again after a lost answer arrives twice. That is no fault: the lakehouse tells duplicates.
"""

from __future__ import annotations

import gzip
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from lakehouse.errors import EnvironmentProblem, LakehouseError, UsageError
from lakehouse.generator.writer import delivered_files

MOST_RECORDS, MOST_BYTES = 500, 4 * 2**20
"""What Kinesis takes in one request, in bytes with room for the keys."""

ATTEMPTS = 8
FIRST_PAUSE_SECONDS = 0.1

Record = dict[str, Any]


def send(folder: Path, stream: str, on_progress: Callable[[int], None] = lambda sent: None) -> int:
    """Send the lines of a generated folder, in the order of their delivery.

    Args:
        stream: name of the Kinesis stream; region, credentials and endpoint are as boto3 finds them.
        on_progress: called after each request with the lines sent so far.

    Returns:
        The lines sent.

    Raises:
        UsageError: the folder holds no generated orders.
        LakehouseError: the stream is not there, refuses, or stays too busy.
    """
    files = delivered_files(folder)
    if not files:
        raise UsageError(f"{folder} holds no generated orders: make some with `lakehouse generate --out {folder}`.")
    put = _put_records(stream)
    sent = 0
    for batch in batches(_lines(files)):
        _send_all(put, batch, stream)
        sent += len(batch)
        on_progress(sent)
    return sent


def batches(lines: Iterator[bytes]) -> Iterator[list[Record]]:
    """The lines as records, as many to a request as Kinesis takes."""
    batch: list[Record] = []
    size = 0
    for line in lines:
        if len(batch) == MOST_RECORDS or (batch and size + len(line) > MOST_BYTES):
            yield batch
            batch, size = [], 0
        # Any key that spreads well: the answer does not depend on the order in which lines arrive.
        batch.append({"Data": line, "PartitionKey": f"{zlib.crc32(line):08x}"})
        size += len(line)
    if batch:
        yield batch


def _lines(files: list[Path]) -> Iterator[bytes]:
    for file in files:
        with gzip.open(file, "rb") as content:
            yield from content


def _put_records(stream: str) -> Callable[[list[Record]], list[Record]]:
    """Puts records into the stream; gives back those that it did not take."""
    try:
        import boto3
        from botocore.exceptions import BotoCoreError, ClientError
    except ImportError as problem:
        raise EnvironmentProblem("boto3 is not installed: pip install 'softcart-lakehouse[aws]'") from problem

    def put(records: list[Record]) -> list[Record]:
        try:
            answers = client.put_records(StreamName=stream, Records=records)["Records"]
        except (BotoCoreError, ClientError) as error:
            raise _refused(stream, error) from error
        return [record for record, answer in zip(records, answers, strict=True) if "ErrorCode" in answer]

    try:
        client = boto3.Session().client("kinesis")
    except BotoCoreError as error:
        raise _refused(stream, error) from error
    return put


def _refused(stream: str, error: Exception) -> LakehouseError:
    return LakehouseError(f"The stream {stream} cannot be written to: {' '.join(str(error).split())}")


def _send_all(put: Callable[[list[Record]], list[Record]], records: list[Record], stream: str) -> None:
    pause = FIRST_PAUSE_SECONDS
    for _ in range(ATTEMPTS):
        records = put(records)
        if not records:
            return
        time.sleep(pause)
        pause *= 2
    raise LakehouseError(
        f"The stream {stream} takes no more: {len(records)} record(s) were refused {ATTEMPTS} times. "
        "Give it more shards, and send again: what has arrived twice counts once."
    )
