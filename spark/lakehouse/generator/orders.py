"""The lines that customers order, a run of deliveries at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from lakehouse.generator.calendar import Calendar, moment_in_day, share_by_moment
from lakehouse.generator.catalog import Catalog
from lakehouse.generator.customers import GUEST, Customers, draw_countries
from lakehouse.generator.events import Disposition, Events, Kind, no_events
from lakehouse.generator.plan import Plan

Numbers: TypeAlias = npt.NDArray[np.int64]

MOST_LINES_PER_ORDER = 9
"""One digit: all line numbers are equally long."""

_UNITS = np.repeat([1, 2, 3, 4, 5, 6, 10, 12], [160, 50, 18, 10, 6, 4, 6, 2]) * 1000
_LONGEST_CUT = 12_000  # millimetres
_SLOWEST_SENDING = 90_000  # milliseconds


@dataclass(frozen=True)
class Shop:
    """All that stays the same while events are drawn."""

    plan: Plan
    calendar: Calendar
    catalog: Catalog
    customers: Customers


def slot_moments(shop: Shop, slot: Numbers, share: npt.NDArray[np.float64]) -> Numbers:
    """UTC milliseconds at which the given share (0 to 1) of each delivery's orders has come in."""
    day, window = np.divmod(slot, shop.plan.windows)
    edges = share_by_moment(np.arange(shop.plan.windows + 1) / shop.plan.windows)
    moment = moment_in_day(edges[window] + share * np.diff(edges)[window])
    begin = shop.calendar.midnights[day]
    length = shop.calendar.midnights[day + 1] - begin
    return np.asarray(begin + np.minimum((moment * length).astype(np.int64), length - 1))


def whole_seconds(moments: Numbers) -> Numbers:
    """Milliseconds cut to whole seconds."""
    return moments // 1000 * 1000


def sending_delay(count: int, rng: np.random.Generator) -> Numbers:
    """Milliseconds from an order to its event."""
    return rng.integers(1, _SLOWEST_SENDING, count)


def ordered_lines(shop: Shop, first: int, end: int, orders_before: int, rng: np.random.Generator) -> Events:
    """Draw the lines of the slots from `first` up to `end`, in order of time; orders are numbered on."""
    bounds = shop.plan.bounds[first : end + 1]
    slot = np.repeat(np.arange(first, end), np.diff(bounds))
    events = no_events(len(slot))
    events["slot"], events["day"] = slot, slot // shop.plan.windows
    order = _number_orders(events, rng)
    events["order_no"] = order + orders_before + 1
    _draw_orders(shop, events, order, rng)
    _draw_products(shop, events, rng)
    _mark(shop, events, int(bounds[0]))
    return events


def _number_orders(events: Events, rng: np.random.Generator) -> Numbers:
    """Cut lines into orders within their slots: two lines on average; returns each line's order, from 0."""
    count = len(events)
    begins = rng.random(count) < 0.5
    begins[np.flatnonzero(np.diff(events["slot"], prepend=-1))] = True
    at = np.arange(count)
    since = at - np.maximum.accumulate(np.where(begins, at, 0))
    events["line_no"] = since % MOST_LINES_PER_ORDER + 1
    return np.cumsum(events["line_no"] == 1) - 1


def _draw_orders(shop: Shop, events: Events, order: Numbers, rng: np.random.Generator) -> None:
    slot = events["slot"][events["line_no"] == 1]
    share = np.sort(slot + rng.random(len(slot))) - slot
    ordered = whole_seconds(slot_moments(shop, slot, share))
    customer = shop.customers.draw(len(slot), rng)
    country = shop.customers.country_at(customer, ordered)
    guests = np.flatnonzero(customer == GUEST)
    country[guests] = draw_countries(len(guests), rng)
    updated = ordered + sending_delay(len(slot), rng)
    for name, values in (("ordered", ordered), ("customer", customer), ("country", country), ("updated", updated)):
        events[name] = values[order]
    events["sent"] = events["updated"]


def _draw_products(shop: Shop, events: Events, rng: np.random.Generator) -> None:
    count, catalog = len(events), shop.catalog
    promotion = shop.calendar.promotion_of_day[events["day"]]
    product = catalog.draws[promotion, rng.integers(0, 65536, count)]
    version = catalog.version_at(product, events["ordered"])
    events["version"] = version
    events["cents"] = (catalog.cents[version] * (100 - catalog.percents[promotion, product]) + 50) // 100
    units = _UNITS[rng.integers(0, len(_UNITS), count)]
    cut = rng.integers(1, _LONGEST_CUT, count)
    events["quantity"] = np.where(catalog.by_metre[product], cut, units)


def _mark(shop: Shop, events: Events, first_line: int) -> None:
    """Mark bad, free, corrected and deleted lines as what the plan has them be."""
    plan, count = shop.plan, len(events)
    bad = within(plan.bad, first_line, count)
    free = plan.free[within(plan.free, first_line, count)] - first_line
    events["disposition"] = Disposition.FACT
    events["disposition"][plan.bad[bad] - first_line] = Disposition.QUARANTINED
    events["defect"][plan.bad[bad] - first_line] = plan.defects[bad]
    events["disposition"][free] = Disposition.SET_ASIDE
    events["kind"][free] = Kind.ADJUSTMENT
    events["cents"][free] = 0
    for lines, disposition in ((plan.corrected, Disposition.SUPERSEDED), (plan.deleted, Disposition.DELETED)):
        events["disposition"][lines[within(lines, first_line, count)] - first_line] = disposition


def within(numbers: Numbers, first: int, count: int) -> slice:
    """Where in ordered `numbers` those from `first` on, below `first + count`, are."""
    return slice(int(np.searchsorted(numbers, first)), int(np.searchsorted(numbers, first + count)))
