"""Order events as columns of numbers: what the shop knows before anything is written as JSON."""

from __future__ import annotations

from enum import IntEnum
from typing import TypeAlias

import numpy as np
import numpy.typing as npt


class Kind(IntEnum):
    """The type of a line; a position in `rendering.TYPES`."""

    SALE = 0
    RETURN = 1
    ADJUSTMENT = 2


class Disposition(IntEnum):
    """What becomes of a landed row, in the order in which it is decided."""

    DUPLICATE = 0
    QUARANTINED = 1
    SUPERSEDED = 2
    DELETED = 3
    SET_ASIDE = 4
    FACT = 5


NO_DEFECT = -1

EVENT = np.dtype(
    [
        ("order_no", np.int64),
        ("ordered", np.int64),  # UTC milliseconds, whole seconds
        ("updated", np.int64),  # UTC milliseconds
        ("sent", np.int64),  # UTC milliseconds; differs from `updated` for the second copy of an event only
        ("quantity", np.int64),  # thousandths
        ("cents", np.int64),
        ("customer", np.int64),
        ("version", np.int64),
        ("slot", np.int64),  # the delivery that brings the event
        ("day", np.int64),  # the business day of `ordered`
        ("line_no", np.int8),
        ("country", np.int8),
        ("kind", np.int8),
        ("disposition", np.int8),
        ("defect", np.int8),
        ("deleted", np.bool_),
    ],
    align=True,
)
Events: TypeAlias = npt.NDArray[np.void]
"""Records of `EVENT`, one per landed row."""


def no_events(count: int = 0) -> Events:
    """`count` events of zeros without a defect, to be filled in."""
    events = np.zeros(count, EVENT)
    events["defect"] = NO_DEFECT
    return events


def amounts(events: Events) -> npt.NDArray[np.int64]:
    """quantity x unit_price of each event, rounded half up (away from zero) to ten-thousandths of a dollar."""
    exact = events["quantity"] * events["cents"]
    return np.asarray(np.sign(exact) * ((np.abs(exact) + 5) // 10))
