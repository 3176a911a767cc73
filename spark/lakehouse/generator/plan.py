"""How many rows of each kind come on which day: decided before the first is drawn, so that the total is exact.

The lines that customers order are numbered through, from 0, in order of time. Odd numbers may turn out bad, free,
corrected or deleted, even numbers may be returned, so that no line plays two of these parts.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from lakehouse.generator.calendar import Calendar, share_by_moment
from lakehouse.generator.defects import DEFECTS, REASONS

Positions: TypeAlias = npt.NDArray[np.int64]

LINES_PER_FILE = 20_000
LINES_PER_CHUNK = 64_000
_LEAST_LATENESS = 2


@dataclass(frozen=True)
class Plan:
    """The numbers of one generation. A slot is one delivery: `windows` equal parts of each business day.

    Attributes:
        windows: deliveries per day.
        bounds: number of the first line of each slot, and the end of the last: int64 [slots + 1].
        bad: line numbers, with the index into `DEFECTS` of each in `defects`.
        free, returned, corrected, deleted, copied: line numbers in order; `copied` may repeat one.
        late: slots a part of which comes late, with the day on which it does.
    """

    windows: int
    bounds: Positions
    bad: Positions
    defects: Positions
    free: Positions
    returned: Positions
    corrected: Positions
    deleted: Positions
    copied: Positions
    late: dict[int, int]

    def chunks(self) -> Iterator[tuple[int, int]]:
        """Runs of slots (first, end) of up to `LINES_PER_CHUNK` lines each, or of one slot that holds more."""
        first, slots = 0, len(self.bounds) - 1
        while first < slots:
            end = int(np.searchsorted(self.bounds, self.bounds[first] + LINES_PER_CHUNK, side="right")) - 1
            end = min(max(end, first + 1), slots)
            yield first, end
            first = end


def delivery_plan(lines: int, calendar: Calendar, changes: bool, rng: np.random.Generator) -> Plan:
    """Share out `lines` landed rows over days, deliveries and kinds."""
    windows = min(1440, math.ceil(lines / calendar.days / LINES_PER_FILE))
    corrected, deleted = (_some(lines, 0.01), _some(lines, 0.003)) if changes else (0, 0)
    copied, returned = _some(lines, 0.005), _some(lines, 0.03)
    ordered = _lines_per_slot(lines - corrected - deleted - copied - returned, windows, calendar, rng)
    # A line of the last day has no later day to come back on: what cannot be returned is ordered instead.
    returnable = int(ordered[:-windows].sum())
    unreturned = max(0, returned - returnable // 2)
    ordered[-1] += unreturned
    bounds = np.concatenate(([0], np.cumsum(ordered)))
    count = int(bounds[-1])
    sizes = [_bad_rows(lines), _some(lines, 0.005), corrected, deleted]
    bad, free, corrected_lines, deleted_lines = _parts(2 * _spread(count // 2, sum(sizes), rng) + 1, sizes, rng)
    return Plan(
        windows=windows,
        bounds=bounds,
        bad=bad,
        defects=_defects(len(bad), rng),
        free=free,
        returned=2 * _spread(returnable // 2, returned - unreturned, rng),
        corrected=corrected_lines,
        deleted=deleted_lines,
        copied=_copied(count, copied, bad, rng),
        late=_late_slots(bounds, windows, calendar.days, rng),
    )


def _some(lines: int, rate: float) -> int:
    return max(1, round(rate * lines)) if lines >= 20 else 0


def _bad_rows(lines: int) -> int:
    return max(round(0.005 * lines), len(REASONS) if lines >= 2000 else 0)


def _lines_per_slot(count: int, windows: int, calendar: Calendar, rng: np.random.Generator) -> Positions:
    by_window = np.diff(share_by_moment(np.arange(windows + 1) / windows))
    return rng.multinomial(count, np.outer(calendar.weights, by_window).ravel())


def _spread(count: int, chosen: int, rng: np.random.Generator) -> Positions:
    """`chosen` different numbers below `count`, in order, about evenly apart."""
    steps = np.arange(chosen + 1) * count // max(chosen, 1)
    return rng.integers(steps[:-1], steps[1:])


def _parts(numbers: Positions, sizes: list[int], rng: np.random.Generator) -> list[Positions]:
    """Deal `numbers` out at random into groups of the given sizes, each in order."""
    group = rng.permutation(np.repeat(np.arange(len(sizes)), sizes))
    return [numbers[group == number] for number in range(len(sizes))]


def _defects(bad: int, rng: np.random.Generator) -> Positions:
    # `DEFECTS` begins with one of each reason, so enough rows hold them all; a few rows begin anywhere.
    first = 0 if bad >= len(REASONS) else int(rng.integers(len(DEFECTS)))
    return rng.permutation((np.arange(bad) + first) % len(DEFECTS))


def _copied(count: int, copied: int, bad: Positions, rng: np.random.Generator) -> Positions:
    numbers = _spread(count, copied, rng)
    # Bad rows are odd: the line before one is good.
    return numbers - np.isin(numbers, bad)


def _late_slots(bounds: Positions, windows: int, days: int, rng: np.random.Generator) -> dict[int, int]:
    filled = np.flatnonzero(np.diff(bounds)[: max(0, days - _LEAST_LATENESS) * windows])
    chosen = np.sort(rng.permutation(filled)[: max(1, days // 40)])
    least = chosen // windows + _LEAST_LATENESS
    arrivals = np.minimum(least + rng.integers(0, 24, len(chosen)), days - 1)
    return dict(zip(chosen.tolist(), arrivals.tolist(), strict=True))
