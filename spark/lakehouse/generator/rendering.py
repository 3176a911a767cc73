"""Events as lines of JSON, all at once: fixed-width beginnings as a matrix of bytes, the rest from tables of texts.

A line reads `{"line_id":"L00000042-2","order_id":"S00000042","updated_at":"2024-03-01T12:34:56.789Z",
"ordered_at":"2024-03-01T12:34:56Z","type":"sale","deleted":false,"product":{...},"customer":{...},"country":"Germany",
"quantity":2,"unit_price":19.99}` without the spaces and line breaks.
"""

from __future__ import annotations

import json
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lakehouse.generator.calendar import MS_PER_DAY
from lakehouse.generator.customers import COUNTRIES
from lakehouse.generator.defects import spoil
from lakehouse.generator.events import NO_DEFECT, Events, Kind
from lakehouse.generator.orders import Numbers, Shop

TYPES = {Kind.SALE: "sale", Kind.RETURN: "return", Kind.ADJUSTMENT: "adjustment"}

Bytes: TypeAlias = npt.NDArray[np.uint8]

_BEGINNING = (
    b'{"line_id":"L########-#","order_id":"S########",'
    b'"updated_at":"####-##-##T##:##:##.###Z","ordered_at":"####-##-##T##:##:##Z","type":"'
)
_CUSTOMER = b'},"customer":{"id":"C########"}'
_MOST_PIECES = 20


class LineRenderer:
    """Writes events of one shop as JSON lines."""

    def __init__(self, shop: Shop, lines: int) -> None:
        # Numbers are as long as the longest may get: eight digits, or twelve in a shop beyond 100 million lines.
        self._groups = 2 if lines < 10**8 else 3
        self._beginning = np.frombuffer(_BEGINNING.replace(b"########", b"#" * 4 * self._groups), np.uint8)
        self._first_date = int(shop.calendar.midnights[0]) // MS_PER_DAY - 1
        self._dates = _date_texts(self._first_date, shop.calendar.days + 4)
        self._digits = _matrix([f"{number:04d}" for number in range(10_000)])
        self._seconds = self._clock_texts()
        self._types = _texts([f'{t}","deleted":{d},"product":{{' for t in TYPES.values() for d in ("false", "true")])
        self._versions = shop.catalog.json
        self._customers = self._customer_texts(len(shop.customers.home))
        self._countries = _texts([f',"country":{json.dumps(c, ensure_ascii=False)},"quantity":' for c in COUNTRIES])
        self._pieces = _texts([f"{sign}{pieces}" for sign in ("", "-") for pieces in range(_MOST_PIECES)])
        # A quantity is a JSON number without needless decimals, such as 2 or 1.25.
        rests = ["", *(f".{rest:03d}".rstrip("0") for rest in range(1, 1000))]
        self._rests = _texts([f'{rest},"unit_price":' for rest in rests])
        self._dollars = _texts([f"{dollars}." for dollars in range(int(shop.catalog.cents.max()) // 100 + 1)])
        self._cents = _texts([f"{cents:02d}}}\n" for cents in range(100)])

    def render(self, events: Events) -> pa.BinaryArray:
        """One line with its line feed per event; bad rows are spoilt as their defect says."""
        kinds = events["kind"].astype(np.int64) * 2 + events["deleted"]
        pieces, rests = np.divmod(np.abs(events["quantity"]), 1000)
        dollars, cents = np.divmod(events["cents"], 100)
        lines = pc.binary_join_element_wise(
            self._beginnings(events),
            self._types.take(pa.array(kinds)),
            self._versions.take(pa.array(events["version"])),
            self._customers.take(pa.array(events["customer"] % len(self._customers))),
            self._countries.take(pa.array(events["country"])),
            self._pieces.take(pa.array(pieces + _MOST_PIECES * (events["quantity"] < 0))),
            self._rests.take(pa.array(rests)),
            self._dollars.take(pa.array(dollars)),
            self._cents.take(pa.array(cents)),
            b"",
        )
        return _spoilt(lines, events["defect"])

    def _clock_texts(self) -> Bytes:
        """`00:00:00` and so on for each second of a day."""
        seconds = np.arange(86_400)
        texts = np.full((len(seconds), 8), ord(":"), np.uint8)
        for at, part in ((0, seconds // 3600), (3, seconds // 60 % 60), (6, seconds % 60)):
            texts[:, at : at + 2] = self._digits[part, 2:]
        return texts

    def _customer_texts(self, count: int) -> pa.BinaryArray:
        """Each customer as JSON, and after the last the guest, whom an index of -1 modulo the length finds."""
        numbers = np.arange(count)
        texts = np.empty((count, len(_CUSTOMER)), np.uint8)
        texts[:] = np.frombuffer(_CUSTOMER, np.uint8)
        for at, part in ((_CUSTOMER.index(b"#"), numbers // 10_000), (_CUSTOMER.index(b"#") + 4, numbers % 10_000)):
            texts[:, at : at + 4] = self._digits[part]
        return pa.concat_arrays([_binary(texts), _texts(['},"customer":{"id":null}'])])

    def _beginnings(self, events: Events) -> pa.BinaryArray:
        matrix = np.empty((len(events), len(self._beginning)), np.uint8)
        matrix[:] = self._beginning
        returned = events["kind"] == Kind.RETURN
        matrix[returned, 12] = ord("R")
        at = self._put_order(matrix, 13, events["order_no"])
        matrix[:, at + 1] = events["line_no"].astype(np.uint8) + ord("0")
        at += len('-#","order_id":"')
        matrix[returned, at] = ord("R")
        at = self._put_order(matrix, at + 1, events["order_no"]) + len('","updated_at":"')
        self._put_time(matrix, at, events["updated"])
        matrix[:, at + 20 : at + 23] = self._digits[events["updated"] % 1000, 1:]
        self._put_time(matrix, at + len('####-##-##T##:##:##.###Z","ordered_at":"'), events["ordered"])
        return _binary(matrix)

    def _put_order(self, matrix: Bytes, at: int, numbers: Numbers) -> int:
        for group in range(self._groups):
            part = numbers // 10_000 ** (self._groups - 1 - group) % 10_000
            matrix[:, at + 4 * group : at + 4 * group + 4] = self._digits[part]
        return at + 4 * self._groups

    def _put_time(self, matrix: Bytes, at: int, moments: Numbers) -> None:
        day, ms = np.divmod(moments, MS_PER_DAY)
        matrix[:, at : at + 10] = self._dates[day - self._first_date]
        matrix[:, at + 11 : at + 19] = self._seconds[ms // 1000]


def _spoilt(lines: pa.BinaryArray, defects: npt.NDArray[np.int8]) -> pa.BinaryArray:
    bad = np.flatnonzero(defects != NO_DEFECT)
    if not len(bad):
        return lines
    sound = lines.take(pa.array(bad)).to_pylist()
    spoilt = [spoil(line, defect) for line, defect in zip(sound, defects[bad].tolist(), strict=True)]
    return pc.replace_with_mask(lines, pa.array(defects != NO_DEFECT), pa.array(spoilt, pa.binary()))


def _date_texts(first: int, count: int) -> Bytes:
    return _matrix(np.datetime_as_string(np.arange(first, first + count).astype("datetime64[D]")).tolist())


def _matrix(texts: list[str]) -> Bytes:
    """ASCII texts of one length as a table of bytes [texts, length]."""
    return np.frombuffer("".join(texts).encode(), np.uint8).reshape(len(texts), -1)


def _texts(texts: list[str]) -> pa.BinaryArray:
    return pa.array([text.encode() for text in texts], pa.binary())


def _binary(matrix: Bytes) -> pa.BinaryArray:
    """A table of bytes as one binary value per row."""
    count, width = matrix.shape
    offsets = np.arange(count + 1, dtype=np.int32) * width
    return pa.Array.from_buffers(pa.binary(), count, [None, pa.py_buffer(offsets), pa.py_buffer(matrix)])
