"""Generating SoftCart's order events, start to end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from lakehouse.errors import UsageError
from lakehouse.generator.calendar import business_calendar
from lakehouse.generator.catalog import product_catalog
from lakehouse.generator.changes import later_events
from lakehouse.generator.customers import customer_base
from lakehouse.generator.events import NO_DEFECT, Events, no_events
from lakehouse.generator.manifest import Manifest
from lakehouse.generator.orders import Shop, ordered_lines
from lakehouse.generator.plan import delivery_plan
from lakehouse.generator.rendering import LineRenderer
from lakehouse.generator.tally import Counter
from lakehouse.generator.writer import Writer, finish_folder, prepare_folder

DEFAULT_START = date(2024, 1, 1)

_EARLIEST, _LATEST = date(2000, 1, 1), date(2100, 1, 1)


@dataclass(frozen=True)
class Settings:
    """What determines a generation, to the last byte of its lines."""

    lines: int
    days: int
    seed: int
    changes: bool
    start: date

    def __post_init__(self) -> None:
        for name, value, least in (("lines", self.lines, 1), ("days", self.days, 1), ("seed", self.seed, 0)):
            if value < least:
                raise UsageError(f"{name} is {value}: it must be {least} or more")
        if self.start < _EARLIEST or self.days > (_LATEST - self.start).days:
            raise UsageError(f"{self.days} days from {self.start} do not lie between {_EARLIEST} and {_LATEST}")


def generate(
    out: Path,
    *,
    lines: int = 200_000,
    days: int = 400,
    seed: int = 1,
    changes: bool = False,
    start: date = DEFAULT_START,
    on_progress: Callable[[int], None] | None = None,
) -> Manifest:
    """Write the order events that SoftCart's web shop delivers, and the manifest of what they come to.

    Args:
        out: landing folder; new, empty, or holding an earlier generation, which is replaced.
        lines: rows that land in all, exactly: with duplicates, bad rows, late rows and newer states.
        days: business days (America/New_York) over which they come in; nothing is delivered after the last.
        seed: the same seed gives the same lines in the same files.
        changes: send about 1 % of lines again with another quantity, and delete 0.3 % by tombstones.
        start: the first business day.
        on_progress: called now and then with the rows written so far.

    Returns:
        The manifest, as also written to `out`.

    Raises:
        UsageError: a number out of range, or a folder that holds anything else.
    """
    settings = Settings(lines, days, seed, changes, start)
    prepare_folder(out)
    shop = _open_shop(settings)
    writer, counter = Writer(out, shop.calendar, shop.plan.windows), Counter(shop)
    _deliver_all(settings, shop, writer, counter, on_progress or (lambda rows: None))
    manifest = Manifest(
        **asdict(settings) | {"start": start.isoformat()},
        **_figures(writer, counter),
    )
    manifest.write(out)
    finish_folder(out)
    return manifest


def _figures(writer: Writer, counter: Counter) -> dict[str, Any]:
    return {
        "files": writer.files,
        "bytes": writer.bytes,
        "landed": counter.landed(),
        "dispositions": counter.dispositions(),
        "quarantined_by_reason": counter.reasons(),
        "late_files": writer.late_files,
        "late_rows": writer.late_rows,
        **vars(counter.facts()),
    }


def _open_shop(settings: Settings) -> Shop:
    # Each part draws from a stream of its own: another catalogue does not change who buys when.
    streams = [np.random.default_rng([settings.seed, part]) for part in range(4)]
    calendar = business_calendar(settings.start, settings.days, streams[0])
    return Shop(
        plan=delivery_plan(settings.lines, calendar, settings.changes, streams[1]),
        calendar=calendar,
        catalog=product_catalog(settings.lines, calendar, streams[2]),
        customers=customer_base(settings.lines, calendar, streams[3]),
    )


def _deliver_all(
    settings: Settings, shop: Shop, writer: Writer, counter: Counter, on_progress: Callable[[int], None]
) -> None:
    rng = np.random.default_rng([settings.seed, 4])
    renderer = LineRenderer(shop, settings.lines)
    waiting, orders, rows = no_events(), 0, 0
    for first, end in shop.plan.chunks():
        lines = ordered_lines(shop, first, end, orders, rng)
        orders = int(lines["order_no"][-1]) if len(lines) else orders
        counter.add_orders(lines)
        events = np.concatenate([waiting, lines, *later_events(shop, lines, int(shop.plan.bounds[first]), rng)])
        due, waiting = _split_by_delivery(events, end)
        _deliver(shop, due, first, end, renderer, writer, counter)
        rows += len(due)
        on_progress(rows)


def _split_by_delivery(events: Events, end: int) -> tuple[Events, Events]:
    """The events of the deliveries before slot `end`, and the others, each in the order in which they are sent."""
    # 43 bits hold milliseconds until the year 2248; a stable sort keeps equal moments in order of drawing.
    order = np.argsort((events["slot"] << 43) + events["sent"], kind="stable")
    due = np.searchsorted(events["slot"][order], end)
    return events[order[:due]], events[order[due:]]


def _deliver(
    shop: Shop, events: Events, first: int, end: int, renderer: LineRenderer, writer: Writer, counter: Counter
) -> None:
    if not len(events):
        return
    rendered = renderer.render(events)
    counter.add(events)
    bad = np.flatnonzero(events["defect"] != NO_DEFECT)
    for line, defect in zip(rendered.take(pa.array(bad)).to_pylist(), events["defect"][bad].tolist(), strict=True):
        counter.add_bad(line, defect)
    bounds = np.searchsorted(events["slot"], np.arange(first, end + 1)).tolist()
    for slot in range(first, end):
        _write_slot(shop, slot, bounds[slot - first], bounds[slot - first + 1], rendered, writer)


def _write_slot(shop: Shop, slot: int, begin: int, end: int, rendered: pa.BinaryArray, writer: Writer) -> None:
    arrival = shop.plan.late.get(slot)
    late = -(-(end - begin) // 4) if arrival is not None else 0
    # The delivery breaks off: its last quarter is what comes late.
    if arrival is not None and late:
        writer.write_late(slot, arrival, _bytes_of(rendered, end - late, end), late)
    if end - late > begin:
        writer.write(slot, _bytes_of(rendered, begin, end - late))


def _bytes_of(rendered: pa.BinaryArray, begin: int, end: int) -> memoryview:
    """The lines from `begin` up to `end` as they lie in memory, one after the other."""
    offsets = np.frombuffer(rendered.buffers()[1], np.int32)
    return memoryview(rendered.buffers()[2])[offsets[rendered.offset + begin] : offsets[rendered.offset + end]]
