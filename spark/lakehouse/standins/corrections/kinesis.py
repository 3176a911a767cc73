"""Kinesis: no record lost under concurrent writers, and a put that costs the same however many records there are.

Stock moto numbers a record by the highest number so far plus one, found in a list of all, without a lock: two writers
get one number, and the later record takes the place of the earlier one.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import md5
from threading import RLock
from typing import Any

from moto.kinesis import models

from lakehouse.standins.corrections.replace import replace

MAX_RECORDS = 10_000
"""What GetRecords gives at most, as AWS does."""


class DenseShard(models.Shard):
    """Numbers its records 1, 2, 3 and so on, so a number is also a place: nothing is ever searched."""

    def get_max_sequence_number(self) -> int:
        """The last record's number, 0 where there is none."""
        return len(self.records)

    def get_min_sequence_number(self) -> int:
        """The first record's number, 0 where there is none."""
        return min(1, len(self.records))

    def get_records(self, last_sequence_id: str, limit: int | None) -> tuple[list[models.Record], int, int]:
        """The records behind a number, the last of their numbers, and the milliseconds from it to the shard's end."""
        first = int(last_sequence_id) + 1
        end = min(len(self.records) + 1, first + min(limit or MAX_RECORDS, MAX_RECORDS))
        found = [self.records[number] for number in range(first, end)]
        if not found:
            return [], first - 1, 0
        behind = self.records[len(self.records)].created_at - found[-1].created_at
        return found, end - 1, int(behind * 1000)

    def get_sequence_number_at(self, at_timestamp: float) -> int:
        """How many records came before that time: the last of their numbers."""
        numbers = range(1, len(self.records) + 1)
        return bisect_left(numbers, float(at_timestamp), key=lambda number: self.records[number].created_at)


class LockedStream(models.Stream):
    """Takes one record at a time, and leaves records in the shard that they came to when shards are split or merged."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        self._lock = RLock()
        super().__init__(*arguments, **named)

    def put_record(self, partition_key: str, explicit_hash_key: str, data: str) -> tuple[str, str]:
        """Add a record; its sequence number and shard."""
        with self._lock:
            return super().put_record(partition_key, explicit_hash_key, data)

    def get_shard_for_key(self, partition_key: str, explicit_hash_key: str) -> models.Shard | None:
        """The open shard of a key: a closed parent has the same range, and takes no more records."""
        super().get_shard_for_key(partition_key, explicit_hash_key)  # refuses what is no key
        text = partition_key.encode()
        key = int(explicit_hash_key) if explicit_hash_key else int.from_bytes(md5(text, usedforsecurity=False).digest())
        open_shards = (shard for shard in list(self.shards.values()) if shard.is_open)
        return next((shard for shard in open_shards if shard.starting_hash <= key <= shard.ending_hash), None)

    def split_shard(self, shard_to_split: str, new_starting_hash_key: str) -> None:
        """Split a shard; stock moto would put its records a second time, into the new ones."""
        with self._lock, _records_kept(self.shards[shard_to_split]):
            super().split_shard(shard_to_split, new_starting_hash_key)

    def merge_shards(self, shard_to_merge: str, adjacent_shard_to_merge: str) -> None:
        """Merge two shards, likewise."""
        shards = [self.shards[name] for name in (shard_to_merge, adjacent_shard_to_merge)]
        with self._lock, _records_kept(*shards):
            super().merge_shards(shard_to_merge, adjacent_shard_to_merge)


@contextmanager
def _records_kept(*shards: models.Shard) -> Iterator[None]:
    kept = [shard.records for shard in shards]
    for shard in shards:
        shard.records = OrderedDict()
    yield
    for shard, records in zip(shards, kept, strict=True):
        shard.records = records


def install() -> None:
    """Let moto make these streams and shards."""
    replace(models, "Shard", DenseShard)
    replace(models, "Stream", LockedStream)
