"""Two deliveries of a tiny shop, in which every way of writing occurs: appends, updates, deletions and merges."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from lakehouse.pipeline import Options
from lakehouse.settings import State

OPTIONS = Options(accept_quarantine=True)
"""The shop has so few lines that a single bad one would hold publishing."""


def state_in(folder: Path, landing: Path | str) -> State:
    """The shop's state in a folder, with another folder's files."""
    return State(folder / "home", "softcart", landing)


def deliver(landing: Path | str, number: int) -> None:
    """Land the files of one of the two deliveries, counted from 1."""
    folder = Path(landing)
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in _DELIVERIES[number - 1].items():
        text = content if isinstance(content, str) else "".join(json.dumps(record) + "\n" for record in content)
        (folder / name).write_text(text)


def _line(number: int, day: int, *, sent: int = 0, category: str = "Kitchen", **others: Any) -> dict[str, Any]:
    """One sale at noon UTC on a day of May, sent on that day or another."""
    return {
        "line_id": f"L{number}", "order_id": f"O{number}", "updated_at": f"2024-05-{sent or day:02d}T12:05:00.000Z",
        "ordered_at": f"2024-05-{day:02d}T12:00:00Z", "type": "sale", "deleted": False,
        "product": {"id": f"P{number % 2}", "name": "Cup", "category": category},
        "customer": {"id": f"C{number % 3}"}, "country": "France", "quantity": 1, "unit_price": 10.5,
    } | others  # fmt: skip


_BAD = _line(90, 1, quantity="many")
_FIRST: dict[str, Any] = {
    "day-1.jsonl": [_line(1, 1), _line(2, 1), _line(2, 1), _line(3, 1, country="Spain"), _BAD],
    "day-2.jsonl": [_line(4, 2), _line(5, 2, type="return", quantity=-1), _line(1, 1, sent=2, quantity=3)],
    "day-3.jsonl": [_line(6, 3), _line(4, 2, sent=3, deleted=True), _line(7, 3)],
    "broken.jsonl.gz": "no gzip",
}
_LATE = "2024-04-30T12:00:00Z"
_SECOND: dict[str, Any] = {
    # A file that changed: one line gone, the one that had been deleted is back, one is new.
    "day-3.jsonl": [_line(6, 3), _line(4, 2, sent=4), _line(8, 3, country="Italy")],
    "day-4.jsonl": [
        _line(2, 1, sent=4, unit_price=9),
        _line(5, 2, sent=4, deleted=True),
        _line(9, 4, category="Office"),
    ],
    "late.jsonl": [_line(10, 1, sent=4, ordered_at=_LATE, category="Garden"), _line(3, 1, sent=4, quantity="few")],
    "broken.jsonl.gz": "no gzip either",
}
_DELIVERIES = (_FIRST, _SECOND)
