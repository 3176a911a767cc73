"""What follows on an ordered line later: its return, its correction, its deletion, or a second copy of its event."""

from __future__ import annotations

import numpy as np

from lakehouse.generator.customers import GUEST
from lakehouse.generator.events import Disposition, Events, Kind
from lakehouse.generator.orders import Numbers, Shop, sending_delay, slot_moments, whole_seconds, within

_DAYS_TO_RETURN = 30
_DAYS_TO_CORRECT = 10
_DAYS_TO_COPY = 7


def later_events(shop: Shop, lines: Events, first_line: int, rng: np.random.Generator) -> list[Events]:
    """Draw all that follows on `lines`, the first of which has the number `first_line`; due by `slot`."""
    plan = shop.plan
    returned = within(plan.returned, first_line, len(lines))
    corrected, deleted, copied = (
        lines[part[within(part, first_line, len(lines))] - first_line]
        for part in (plan.corrected, plan.deleted, plan.copied)
    )
    return [
        _returns(shop, lines[plan.returned[returned] - first_line], returned.start, rng),
        _corrections(shop, corrected, rng),
        _tombstones(shop, deleted, rng),
        _copies(shop, copied, rng),
    ]


def _returns(shop: Shop, sales: Events, returns_before: int, rng: np.random.Generator) -> Events:
    """Return all or some of each sale on a later day, as orders of their own at the price that was paid."""
    events, count = sales.copy(), len(sales)
    events["slot"] = _later_slots(shop, sales, 1, _DAYS_TO_RETURN, rng)
    events["day"] = events["slot"] // shop.plan.windows
    events["ordered"] = whole_seconds(slot_moments(shop, events["slot"], rng.random(count)))
    events["updated"] = events["sent"] = events["ordered"] + sending_delay(count, rng)
    events["order_no"] = returns_before + 1 + np.arange(count)
    events["line_no"], events["kind"] = 1, Kind.RETURN
    # A cut cable comes back whole, pieces may come back in part.
    pieces = sales["quantity"] // 1000
    some = rng.integers(1, np.maximum(pieces, 1), endpoint=True) * 1000
    events["quantity"] = -np.where(sales["quantity"] % 1000 == 0, some, sales["quantity"])
    _as_known_now(shop, events)
    return _due(events, Disposition.FACT)


def _as_known_now(shop: Shop, events: Events) -> None:
    """Let events show product and customer as they are at the time of the event, not of the sale."""
    events["version"] = shop.catalog.version_at(shop.catalog.product[events["version"]], events["ordered"])
    moved = shop.customers.country_at(events["customer"], events["ordered"])
    events["country"] = np.where(events["customer"] == GUEST, events["country"], moved)


def _corrections(shop: Shop, lines: Events, rng: np.random.Generator) -> Events:
    """Send lines again with another quantity, one piece or metre more or less."""
    events = _sent_again(shop, lines, rng)
    less = (lines["quantity"] > 1000) & (rng.random(len(lines)) < 0.5)
    events["quantity"] += np.where(less, -1000, 1000)
    return _due(events, Disposition.FACT)


def _tombstones(shop: Shop, lines: Events, rng: np.random.Generator) -> Events:
    events = _sent_again(shop, lines, rng)
    events["deleted"] = True
    return _due(events, Disposition.DELETED)


def _sent_again(shop: Shop, lines: Events, rng: np.random.Generator) -> Events:
    events = lines.copy()
    events["slot"] = _later_slots(shop, lines, 0, _DAYS_TO_CORRECT, rng)
    moments = slot_moments(shop, events["slot"], rng.random(len(lines)))
    after = lines["updated"] + rng.integers(1000, 600_000, len(lines))
    events["updated"] = events["sent"] = np.maximum(moments, after)
    return events


def _copies(shop: Shop, lines: Events, rng: np.random.Generator) -> Events:
    """Deliver the very same events again, half of them with the same delivery."""
    events = lines.copy()
    later = _later_slots(shop, lines, 0, _DAYS_TO_COPY, rng)
    events["slot"] = np.where(rng.random(len(lines)) < 0.5, lines["slot"], later)
    events["sent"] = np.maximum(slot_moments(shop, events["slot"], rng.random(len(lines))), lines["sent"] + 1)
    return _due(events, Disposition.DUPLICATE)


def _later_slots(shop: Shop, lines: Events, least: int, spread: int, rng: np.random.Generator) -> Numbers:
    """A delivery at least `least` and less than `least + spread` days on, never past the last day."""
    first = lines["day"] + least
    choices = np.minimum(spread, shop.calendar.days - first)
    day = first + rng.integers(0, choices)
    window = rng.integers(0, shop.plan.windows, len(lines))
    return np.asarray(np.maximum(lines["slot"], day * shop.plan.windows + window))


def _due(events: Events, disposition: Disposition) -> Events:
    events["disposition"] = disposition
    return events
