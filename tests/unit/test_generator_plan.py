"""How a generation is shared out before it is drawn."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from lakehouse.generator.calendar import business_calendar
from lakehouse.generator.plan import Plan, delivery_plan


@pytest.fixture(scope="module")
def million() -> Plan:
    rng = np.random.default_rng(1)
    return delivery_plan(1_000_000, business_calendar(date(2024, 1, 1), 100, rng), True, rng)


def test_no_line_plays_two_parts(million: Plan) -> None:
    parts = np.concatenate([million.bad, million.free, million.returned, million.corrected, million.deleted])
    assert len(parts) == 5_000 + 5_000 + 30_000 + 10_000 + 3_000
    assert len(np.unique(parts)) == len(parts)


def test_bad_line_is_never_copied(million: Plan) -> None:
    assert len(million.copied) == 5_000
    assert not np.isin(million.copied, million.bad).any()


def test_lines_and_what_follows_on_them_make_the_total(million: Plan) -> None:
    follow = (million.returned, million.corrected, million.deleted, million.copied)
    assert million.bounds[-1] + sum(len(part) for part in follow) == 1_000_000


def test_chunks_hold_every_delivery_once_and_never_too_many_lines(million: Plan) -> None:
    chunks = list(million.chunks())
    assert [first for first, _ in chunks[1:]] == [end for _, end in chunks[:-1]]
    assert (chunks[0][0], chunks[-1][1]) == (0, len(million.bounds) - 1)
    assert all(million.bounds[end] - million.bounds[first] <= 64_000 for first, end in chunks)


def test_late_part_arrives_two_days_on_or_later_and_within_the_generation(million: Plan) -> None:
    assert len(million.late) == 2
    assert all(slot // million.windows + 2 <= day <= 99 for slot, day in million.late.items())
