"""Firehose: what comes in, from a Kinesis stream or by PutRecord, is really delivered to S3, as its configuration says.

Stock moto never reads the Kinesis stream of a delivery stream, and writes each PutRecord at once as an object of its
own, neither buffered nor compressed nor named as asked.
"""

from __future__ import annotations

import sys
import time
from base64 import b64decode
from collections.abc import Iterator
from datetime import UTC, datetime
from threading import Event, RLock, Thread
from types import ModuleType
from typing import Any
from uuid import uuid4

from moto.firehose import models, urls
from moto.firehose.exceptions import InvalidArgumentException
from moto.kinesis.models import Record as KinesisRecord
from moto.kinesis.models import Stream, kinesis_backends
from moto.s3.models import s3_backends

from lakehouse.standins.corrections.firehose_buffer import Buffer, Record
from lakehouse.standins.corrections.object_names import NameRefused, ObjectNames
from lakehouse.standins.corrections.processing import FAILED, Processing, ProcessingRefused, failure_lines
from lakehouse.standins.corrections.replace import replace

TICK = 0.1
"""Seconds between two looks at the sources."""
RETRY = 1.0
"""Seconds to the next attempt where S3 refuses an object; AWS tries for a day before it gives up."""


class Source:
    """A Kinesis stream, read once from where it stood when the delivery stream was made."""

    def __init__(self, account: str, arn: str) -> None:
        self._backend, self._arn = kinesis_backends[account][arn.split(":")[3]], arn
        self._stream = self._now()
        shards = self._stream.shards.values() if self._stream else ()
        self._read = {shard.shard_id: shard.get_max_sequence_number() for shard in shards}

    def _now(self) -> Stream | None:
        return next((stream for stream in list(self._backend.streams.values()) if stream.arn == self._arn), None)

    def new_records(self) -> Iterator[list[Record]]:
        """What came in since the last call, shard by shard."""
        stream = self._now()
        if stream is not self._stream:  # deleted, and perhaps made anew
            self._stream, self._read = stream, {}
        for name, shard in list(stream.shards.items()) if stream else ():
            records, self._read[name], _ = shard.get_records(str(self._read.get(name, 0)), None)
            yield [_record(record) for record in records]


def _record(record: KinesisRecord) -> Record:
    return Record(b64decode(record.data), record.created_at_datetime.replace(tzinfo=UTC))


class Delivery:
    """One delivery stream at work."""

    def __init__(self, account: str, partition: str, stream: models.DeliveryStream) -> None:
        self._s3, self._stream = s3_backends[account][partition], stream
        self._lock, self._retry_at = RLock(), 0.0
        self._buffer = Buffer.of({})
        source = (stream.source or {}).get("KinesisStreamARN")
        self._source = Source(account, source) if source else None
        self.configure()

    def configure(self) -> None:
        """Read the destination's configuration, again after a change; what is held back stays.

        Raises:
            NameRefused, ProcessingRefused: it cannot be honoured here.
        """
        destination = destination_of(self._stream)
        names = ObjectNames.of(self._stream.delivery_stream_name, destination)
        processing, buffer = Processing.of(destination), Buffer.of(destination)
        with self._lock:
            buffer.add(list(self._buffer.records), self._buffer.since)
            self._names, self._processing, self._buffer = names, processing, buffer
            self._bucket = destination["BucketARN"].split(":")[-1]

    def add(self, records: list[Record]) -> None:
        """Hold records until they are due."""
        with self._lock:
            self._buffer.add(records, time.monotonic())

    def step(self, *, everything: bool = False) -> None:
        """Read the source and write what is due.

        Args:
            everything: write also what is not due yet.
        """
        with self._lock:
            for records in self._source.new_records() if self._source else ():
                self._buffer.add(records, time.monotonic())
            while self._buffer.is_due(time.monotonic()) or (everything and self._buffer.records):
                if not everything and time.monotonic() < self._retry_at:
                    return
                try:
                    self._write(self._buffer.next_object())
                except Exception as error:  # S3 may refuse for any reason; nothing is let go before it has it
                    sys.stderr.write(f"Firehose {self._stream.delivery_stream_name}: not delivered: {error}\n")
                    self._retry_at = time.monotonic() + RETRY
                    return

    def _write(self, records: list[Record]) -> None:
        done, failed = self._processing.split(records)
        oldest, version = min(record.arrived for record in records), self._stream.version_id
        if failed:
            self._put(self._names.failed(version, oldest, FAILED), failure_lines(failed))
        if done:
            self._put(self._names.delivered(version, oldest), done)
        self._buffer.written(records)

    def _put(self, key: str, parts: list[bytes]) -> None:
        self._s3.put_object(self._bucket, key, self._processing.pack(parts))


def destination_of(stream: models.DeliveryStream) -> dict[str, Any]:
    """The stream's S3 destination; empty where it has another."""
    chosen = stream.destinations[0]
    found: dict[str, Any] = chosen.get("ExtendedS3") or chosen.get("S3") or {}
    return found


class DeliveringBackend(models.FirehoseBackend):
    """moto's Firehose with deliveries. A destination that is not S3 is left as it was."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.deliveries: dict[str, Delivery] = {}

    @property
    def _url_module(self) -> ModuleType:  # moto would look for it beside this class
        return urls

    def create_delivery_stream(self, *arguments: Any, **named: Any) -> str:
        """Make the stream and its delivery.

        Raises:
            InvalidArgumentException: a prefix or a step that cannot be honoured here.
        """
        before = set(self.delivery_streams)
        arn = super().create_delivery_stream(*arguments, **named)
        (name,) = set(self.delivery_streams) - before
        try:
            if destination_of(self.delivery_streams[name]):
                self.deliveries[name] = Delivery(self.account_id, self.partition, self.delivery_streams[name])
        except (NameRefused, ProcessingRefused) as refused:
            super().delete_delivery_stream(name)
            raise InvalidArgumentException(str(refused)) from refused
        return arn

    def update_destination(self, delivery_stream_name: str, *arguments: Any, **named: Any) -> None:
        """Change the destination, and the delivery with it."""
        super().update_destination(delivery_stream_name, *arguments, **named)
        try:
            if delivery_stream_name in self.deliveries:
                self.deliveries[delivery_stream_name].configure()
        except (NameRefused, ProcessingRefused) as refused:
            raise InvalidArgumentException(str(refused)) from refused

    def put_record_batch(self, delivery_stream_name: str, records: list[dict[str, bytes]]) -> dict[str, Any]:
        """Take records in; they are delivered when they are due."""
        delivery = self.deliveries.get(delivery_stream_name)
        if delivery is None:
            return super().put_record_batch(delivery_stream_name, records)
        now = datetime.now(UTC)
        delivery.add([Record(record["Data"], now) for record in records])
        answers = [{"RecordId": str(uuid4())} for _ in records]
        return {"FailedPutCount": 0, "Encrypted": False, "RequestResponses": answers}

    def delete_delivery_stream(self, delivery_stream_name: str) -> None:
        """Deliver what is held back, then delete."""
        delivery = self.deliveries.pop(delivery_stream_name, None)
        if delivery:
            delivery.step(everything=True)
        super().delete_delivery_stream(delivery_stream_name)


class DeliveryWorker:
    """Looks at every delivery stream, ten times a second."""

    def __init__(self) -> None:
        self._stopped = Event()
        self._thread = Thread(target=self._work, name="firehose", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, once all that is held back is delivered."""
        self._stopped.set()
        self._thread.join()
        for delivery in _all_deliveries():
            delivery.step(everything=True)

    def _work(self) -> None:
        while not self._stopped.wait(TICK):
            for delivery in _all_deliveries():
                delivery.step()


def _all_deliveries() -> list[Delivery]:
    backends = [backend for account in list(models.firehose_backends.values()) for backend in list(account.values())]
    return [d for backend in backends for d in list(getattr(backend, "deliveries", {}).values())]


def install() -> None:
    """Let moto make this backend."""
    replace(models.firehose_backends, "backend", DeliveringBackend)
