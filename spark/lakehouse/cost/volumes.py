"""How many bytes, requests and seconds a line and a run come to: what was measured, and what is assumed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

LANDED = "measured: 200,000 lines of `lakehouse generate`, 30 days, unpacked and as they lie"
LAKE = "measured: files of a lake after one run over the UCI data, 541,909 lines; no checksums"

REASONS = {
    "line_bytes": f"an order line as JSON with its line end ({LANDED})",
    "landed_bytes": f"the same in a gzip file of a day's lines ({LANDED})",
    "bronze_bytes": f"bronze for a landed line ({LAKE})",
    "silver_bytes": f"silver for a landed line, quarantine and dispositions included ({LAKE})",
    "gold_bytes": f"gold for a landed line, nearly all of it the fact ({LAKE})",
    "kept_copies": "assumed: bytes kept for a byte in use: files that Delta has replaced stay for a month",
    "lines_a_record": "assumed: order lines in one Kinesis record, one as `lakehouse send` puts them",
    "peak": "assumed: records in the busiest second for one in the mean second, for which shards must do",
    "puts_a_run": "assumed: PUT and LIST of S3 in a run however few its lines (a first run leaves 133 files)",
    "gets_a_run": "assumed: GET and HEAD of S3 in a run however few its lines: logs of 17 tables, by six jobs",
    "object_bytes": "assumed: size of a data file, by which more lines are more requests",
    "gets_an_object": "assumed: GET and HEAD for each object written: the next jobs and publishing read it",
    "access_log_bytes": "assumed: a line of S3's access log for one request",
    "key_calls_a_run": "assumed: calls to KMS in a run; bucket keys spare one for each object",
    "key_calls_an_hour": "assumed: calls to KMS by the stream and its delivery in an hour in which lines come",
    "log_mb_a_job": "assumed: log of one run of a job, driver and executors, in MB",
    "awake_seconds": "assumed: seconds of the virtual warehouse where a run finds nothing: migrations, marks",
    "publish_seconds": "assumed: seconds more for a run with lines, however few: COPY by table, MERGE tasks",
    "seconds_a_million": "assumed: seconds of an XSMALL warehouse to COPY, MERGE and compare a million lines more",
    "warehouse_copies": "assumed: bytes kept in Snowflake for one of gold: a day of time travel, seven of fail-safe",
}


@dataclass(frozen=True)
class Volumes:
    """What a bill takes for measured or for granted; `REASONS` says what each is. Bytes are for one line."""

    line_bytes: float = 322.4
    landed_bytes: float = 39.4
    bronze_bytes: float = 28.7
    silver_bytes: float = 160.6
    gold_bytes: float = 75.5
    kept_copies: float = 1.5
    lines_a_record: int = 1
    peak: float = 3.0
    puts_a_run: int = 400
    gets_a_run: int = 2_000
    object_bytes: float = 64 * 2**20
    gets_an_object: int = 4
    access_log_bytes: float = 600
    key_calls_a_run: int = 300
    key_calls_an_hour: int = 60
    log_mb_a_job: float = 2.0
    awake_seconds: float = 10
    publish_seconds: float = 50
    seconds_a_million: float = 20
    warehouse_copies: float = 1.2

    def reasons(self) -> list[tuple[str, Any, str]]:
        """Name, value and reason of each."""
        return [(name, getattr(self, name), reason) for name, reason in REASONS.items()]
