"""S3: what lies there at the end of so many days, and a month's requests."""

from __future__ import annotations

import math

from lakehouse.cost import prices
from lakehouse.cost.environments import Environment
from lakehouse.cost.prices import DAYS, GB, Item
from lakehouse.cost.stream import files_a_day
from lakehouse.cost.volumes import Volumes

SMALLEST_MOVED = 128 * 1024
"""Bytes of the smallest object that S3 moves to infrequent access."""
LISTED = 1_000
"""Objects that one LIST tells."""


def s3(environment: Environment, lines: int, history_days: int, volumes: Volumes) -> list[Item]:
    """A month where `lines` land in a day and have done so for `history_days` days."""
    parts = (_landing, _lake, _requests)
    return [item for part in parts for item in part(environment, lines, history_days, volumes)]


def _landing(environment: Environment, lines: int, history_days: int, volumes: Volumes) -> list[Item]:
    a_day = lines * volumes.landed_bytes / GB
    moves = _moves(environment, lines, volumes) and history_days > environment.infrequent_access_days
    young = environment.infrequent_access_days if moves else history_days
    moved = files_a_day(environment, lines, volumes) * DAYS / 1e3 if moves else 0
    return [
        Item("S3", f"landing, {young} days", a_day * young, prices.STANDARD),
        Item(
            "S3", f"landing, the {history_days - young} days before", a_day * (history_days - young), prices.INFREQUENT
        ),
        Item("S3", "landed files that move there", moved, prices.TRANSITIONS),
    ]


def _moves(environment: Environment, lines: int, volumes: Volumes) -> bool:
    files = files_a_day(environment, lines, volumes)
    return files > 0 and lines * volumes.landed_bytes / files >= SMALLEST_MOVED


def _lake(environment: Environment, lines: int, history_days: int, volumes: Volumes) -> list[Item]:
    layers = volumes.bronze_bytes + volumes.silver_bytes + volumes.gold_bytes
    tables = lines * layers * volumes.kept_copies * history_days / GB
    export_days = min(environment.exports_days + environment.old_versions_days, history_days)
    exports = lines * volumes.gold_bytes * export_days / GB
    return [
        Item("S3", f"tables of the lake, {history_days} days", tables, prices.STANDARD),
        Item("S3", f"exports, {export_days} days with their old versions", exports, prices.STANDARD),
    ]


def _requests(environment: Environment, lines: int, history_days: int, volumes: Volumes) -> list[Item]:
    runs, files = environment.runs(lines), files_a_day(environment, lines, volumes)
    layers = volumes.bronze_bytes + volumes.silver_bytes + volumes.gold_bytes
    objects = lines * layers * volumes.kept_copies / volumes.object_bytes + files
    lists = runs * math.ceil(files * history_days / LISTED)
    puts = runs * volumes.puts_a_run + objects + lists
    gets = runs * volumes.gets_a_run + objects * volumes.gets_an_object
    log = (puts + gets) * volumes.access_log_bytes * min(environment.access_logs_days, history_days) / GB
    return [
        Item("S3", f"access logs, {environment.access_logs_days} days", log, prices.STANDARD),
        Item("S3", "objects written and listed", puts * DAYS / 1e3, prices.PUTS),
        Item("S3", "objects read", gets * DAYS / 1e3, prices.GETS),
    ]
