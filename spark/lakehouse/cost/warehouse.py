"""Snowflake: credits while the virtual warehouse is awake, and storage."""

from __future__ import annotations

from lakehouse.cost import prices
from lakehouse.cost.environments import CREDITS_AN_HOUR, Environment
from lakehouse.cost.prices import DAYS, TB, Item
from lakehouse.cost.volumes import Volumes
from lakehouse.errors import UsageError

SHORTEST_SECONDS = 60
"""The least that Snowflake bills when a virtual warehouse starts."""


def snowflake(environment: Environment, lines: int, history_days: int, volumes: Volumes) -> list[Item]:
    """A month of publishing; what readers ask comes on top.

    Raises:
        UsageError: the virtual warehouse has a size that Snowflake does not know.
    """
    if environment.warehouse_size not in CREDITS_AN_HOUR:
        raise UsageError(f"{environment.warehouse_size} is no size of a warehouse: {', '.join(CREDITS_AN_HOUR)}")
    credits_used = (
        seconds_a_day(environment, lines, volumes) * DAYS / 3600 * CREDITS_AN_HOUR[environment.warehouse_size]
    )
    stored = lines * volumes.gold_bytes * volumes.warehouse_copies * history_days / TB
    return [
        Item("Snowflake", f"{environment.warehouse_size} warehouse, awake for each run", credits_used, prices.CREDIT),
        Item("Snowflake", f"star schema, {history_days} days", stored, prices.WAREHOUSE_STORAGE),
    ]


def seconds_a_day(environment: Environment, lines: int, volumes: Volumes) -> float:
    """Seconds in a day that the virtual warehouse is awake: at work, and until it suspends itself after each run.

    A larger warehouse is quicker with the lines: twice the credits an hour, half the seconds.
    """
    runs = environment.runs(lines)
    if not runs:
        return 0
    of_lines = lines / 1e6 * volumes.seconds_a_million / CREDITS_AN_HOUR[environment.warehouse_size] / runs
    work = volumes.awake_seconds + (volumes.publish_seconds + of_lines if lines else 0)
    return runs * max(work + environment.auto_suspend_seconds, SHORTEST_SECONDS)
