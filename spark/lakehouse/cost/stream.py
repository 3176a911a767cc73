"""Kinesis and Firehose: from the senders to files in landing.

Kinesis bills a record on demand by the KB (1,024 bytes), provisioned by 25 KB; Firehose bills it by 5 KB. Each is
rounded up record by record, so that a record of one order line pays for a whole step.
"""

from __future__ import annotations

import math

from lakehouse.cost import prices
from lakehouse.cost.environments import Environment
from lakehouse.cost.prices import DAYS, GB, HOURS, Item
from lakehouse.cost.volumes import Volumes

KB = 1024
STREAM_STEP, UNIT_STEP, DELIVERY_STEP = KB, 25 * KB, 5 * KB
SHARD_RECORDS, SHARD_BYTES = 1_000, 2**20
"""Records and bytes that a shard takes in a second."""
SECONDS = 86_400
FREE_HOURS = 24
"""Hours of retention that are in the price of a stream."""


def kinesis(environment: Environment, lines: int, volumes: Volumes) -> list[Item]:
    """A month of the stream where `lines` order lines come in a day."""
    if environment.shards is not None:
        return _provisioned(environment, lines, volumes)
    size = billed_gb(lines, volumes, STREAM_STEP)
    extra_days = max(environment.stream_hours - FREE_HOURS, 0) / 24
    return [
        Item("Kinesis", "one stream on demand", HOURS, prices.STREAM_HOUR),
        Item("Kinesis", "data in, each record rounded up to a KB", size * DAYS, prices.STREAM_IN),
        Item("Kinesis", "the same, read once by Firehose", size * DAYS, prices.STREAM_OUT),
        Item(
            "Kinesis", f"data held for {extra_days:g} days beyond the first", size * extra_days, prices.STREAM_RETENTION
        ),
    ]


def _provisioned(environment: Environment, lines: int, volumes: Volumes) -> list[Item]:
    shards = shards_needed(environment, lines, volumes)
    units = records(lines, volumes) * math.ceil(_record_bytes(volumes) / UNIT_STEP)
    longer = shards * HOURS if environment.stream_hours > FREE_HOURS else 0
    return [
        Item("Kinesis", f"{shards} shard(s) of one stream", shards * HOURS, prices.SHARD_HOUR),
        Item("Kinesis", "records put, a unit for each 25 KB", units * DAYS / 1e6, prices.PUT_UNITS),
        Item("Kinesis", "shards that keep data beyond the first day", longer, prices.SHARD_RETENTION),
    ]


def firehose(lines: int, volumes: Volumes) -> list[Item]:
    """A month of the delivery to landing."""
    size = billed_gb(lines, volumes, DELIVERY_STEP) * DAYS
    return [Item("Firehose", "data in, each record rounded up to 5 KB", size, prices.DELIVERY)]


def shards_needed(environment: Environment, lines: int, volumes: Volumes) -> int:
    """Shards for the busiest second; no fewer than are provisioned."""
    busiest = records(lines, volumes) / SECONDS * volumes.peak
    by_bytes = busiest * _record_bytes(volumes) / SHARD_BYTES
    return max(environment.shards or 1, math.ceil(max(busiest / SHARD_RECORDS, by_bytes)))


def records(lines: int, volumes: Volumes) -> float:
    """Records that carry the lines."""
    return lines / volumes.lines_a_record


def billed_gb(lines: int, volumes: Volumes, step: int) -> float:
    """GB that are billed for the lines where each record is rounded up to a step of so many bytes."""
    return records(lines, volumes) * math.ceil(_record_bytes(volumes) / step) * step / GB


def _record_bytes(volumes: Volumes) -> float:
    return volumes.line_bytes * volumes.lines_a_record


def files_a_day(environment: Environment, lines: int, volumes: Volumes) -> float:
    """Files that Firehose delivers in a day: one when its buffer's time is up, or its megabytes are full."""
    by_size = lines * volumes.line_bytes / (environment.buffer_megabytes * 2**20)
    return min(records(lines, volumes), max(by_size, SECONDS / environment.buffer_seconds))
