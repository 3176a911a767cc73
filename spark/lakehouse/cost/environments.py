"""What infra/ provisions: the values of infra/envs/dev and prod that a bill depends on. A test holds them together."""

from __future__ import annotations

from dataclasses import dataclass

from lakehouse.cost.glue import runs_a_day

CREDITS_AN_HOUR = {"XSMALL": 1, "SMALL": 2, "MEDIUM": 4, "LARGE": 8, "XLARGE": 16, "XXLARGE": 32}
"""Snowflake's credits for an hour of a standard virtual warehouse, by its size."""


@dataclass(frozen=True)
class Environment:
    """One environment: what is there all the time, how often it runs, how long it keeps things.

    runs_a_day: runs on a day with lines. scheduled: whether they also come on a day without.
    shards: of the stream; None on demand. buffer_*: a file is delivered at so many megabytes or seconds.
    *_days, stream_hours: how long things are kept. monthly_credits: what the resource monitor allows.
    """

    name: str
    runs_a_day: int
    scheduled: bool
    shards: int | None
    buffer_megabytes: int
    buffer_seconds: int
    stream_hours: int
    old_versions_days: int
    access_logs_days: int
    logs_days: int
    alarms: int
    monthly_credits: int
    infrequent_access_days: int = 30
    exports_days: int = 14
    keys: int = 1
    secrets: int = 1
    dashboards: int = 1
    warehouse_size: str = "XSMALL"
    auto_suspend_seconds: int = 60
    mlflow: bool = False

    def runs(self, lines_a_day: int) -> int:
        """Runs in a day on which so many lines land."""
        return self.runs_a_day if lines_a_day or self.scheduled else 0


DEV = Environment(
    "dev",
    runs_a_day=1,  # started by hand; that it is once a day is assumed
    scheduled=False,
    shards=1,
    buffer_megabytes=5,
    buffer_seconds=60,
    stream_hours=24,
    old_versions_days=7,
    access_logs_days=30,
    logs_days=30,
    alarms=3,  # stream, delivery, ledger
    monthly_credits=10,
)
PROD = Environment(
    "prod",
    runs_a_day=runs_a_day("cron(15 * * * ? *)"),
    scheduled=True,
    shards=None,
    buffer_megabytes=64,
    buffer_seconds=300,
    stream_hours=168,
    old_versions_days=90,
    access_logs_days=365,
    logs_days=365,
    alarms=4,  # and stale results of publishing
    monthly_credits=100,
)
ENVIRONMENTS = {environment.name: environment for environment in (DEV, PROD)}
