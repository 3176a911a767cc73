"""What goes wrong with single rows: each defect is one edit of a sound line that breaks exactly one quality rule."""

from __future__ import annotations

import json
import re
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any, NamedTuple

TOO_LONG_NAME = 257
"""One character more than a product's name may have."""


class Defect(NamedTuple):
    """An edit: the quality rule's reason, what to find in the line (once), what to put there."""

    reason: str
    find: bytes
    put: bytes


_QUANTITY = rb'"quantity":[^,]+'
_PRICE = rb'"unit_price":[^}]+'
_NAME = rb'"name":"(?:[^"\\]|\\.)*"'
_ORDERED = rb'"ordered_at":"[^"]+"'
_UPDATED = rb'"updated_at":"[^"]+"'
_TYPE = rb'"type":"sale"'

_FIRST = (
    Defect("malformed_line", rb',"quantity".*', b',"quan'),
    Defect("invalid_encoding", rb'"name":"', b'"name":"Caf\xe9 '),  # Latin-1
    Defect("missing_line_id", rb'"line_id":"[^"]+"', b'"line_id":null'),
    Defect("missing_order_id", rb'"order_id":"[^"]+",', b""),
    Defect("missing_product_id", rb'"id":"P\d+"', b'"id":null'),
    Defect("invalid_quantity", _QUANTITY, b'"quantity":"two"'),
    Defect("quantity_too_large", _QUANTITY, b'"quantity":' + b"1" * 40),
    Defect("quantity_too_many_decimals", _QUANTITY, b'"quantity":1.0005'),
    Defect("invalid_unit_price", _PRICE, b'"unit_price":"n/a"'),
    Defect("unit_price_too_large", _PRICE, b'"unit_price":' + b"1" * 40),
    Defect("unit_price_too_many_decimals", _PRICE, rb"\g<0>001"),
    Defect("negative_price", rb'"unit_price":', b'"unit_price":-'),
    Defect("wrong_sign", rb'"quantity":', b'"quantity":-'),
    Defect("invalid_order_ts", _ORDERED, b'"ordered_at":"2024-02-30T12:00:00Z"'),
    Defect("order_ts_out_of_bounds", _ORDERED, b'"ordered_at":"1970-01-01T00:00:00Z"'),
    Defect("invalid_line_type", _TYPE, b'"type":"gift"'),
    Defect("invalid_updated_at", _UPDATED, b'"updated_at":"soon"'),
    Defect("text_too_long", _NAME, b'"name":"' + b"N" * TOO_LONG_NAME + b'"'),
)
_MORE = (
    Defect("malformed_line", rb"\}$", b'}{"line_id":'),
    Defect("missing_line_id", rb'"line_id":"[^"]+",', b""),
    Defect("missing_order_id", rb'"order_id":"[^"]+"', b'"order_id":null'),
    Defect("missing_product_id", rb'"id":"P\d+",', b""),
    Defect("invalid_quantity", _QUANTITY + b",", b""),
    Defect("quantity_too_large", _QUANTITY, b'"quantity":' + b"9" * 40),
    Defect("invalid_unit_price", _PRICE, b'"unit_price":"NaN"'),
    Defect("unit_price_too_large", _PRICE, b'"unit_price":' + b"9" * 40),
    Defect("wrong_sign", _TYPE, b'"type":"return"'),
    Defect("invalid_order_ts", _ORDERED, b'"ordered_at":"yesterday"'),
    Defect("order_ts_out_of_bounds", _ORDERED, b'"ordered_at":"2199-12-31T23:59:59Z"'),
    Defect("invalid_updated_at", _UPDATED, b'"updated_at":"2024-13-01T00:00:00.000Z"'),
    Defect("text_too_long", _NAME, b'"name":"' + "ü".encode() * 300 + b'"'),
)
DEFECTS = _FIRST + _MORE
"""Every defect, beginning with one of each reason."""

REASONS = tuple(defect.reason for defect in _FIRST)
"""Every reason for which a generated row belongs in quarantine."""

_UNREADABLE = ("malformed_line", "invalid_encoding")
_FINDERS = tuple(re.compile(defect.find) for defect in DEFECTS)
_MOST_DIGITS, _MOST_DECIMALS = 38, 10
_MOST_AMOUNT = 10**28  # DECIMAL(28,4) in ten-thousandths


def spoil(line: bytes, defect: int) -> bytes:
    """Apply one of `DEFECTS` to a sound sale line that ends with a line feed."""
    spoilt, edits = _FINDERS[defect].subn(DEFECTS[defect].put, line.rstrip(b"\n"), count=1)
    if not edits:
        raise ValueError(f"{DEFECTS[defect].reason} found nothing to spoil in {line!r}")
    return spoilt + b"\n"


def spoilt_amount(line: bytes, defect: int) -> int | None:
    """The amount of a spoilt line in ten-thousandths of a dollar, or None where it has none."""
    if DEFECTS[defect].reason in _UNREADABLE:
        return None
    event = json.loads(line, parse_float=Decimal, parse_int=Decimal)
    quantity, price = event.get("quantity"), event.get("unit_price")
    if not (_is_number(quantity) and _is_number(price)):
        return None
    with localcontext(prec=100):
        amount = int((quantity * price * 10_000).quantize(Decimal(1), ROUND_HALF_UP))
    return amount if abs(amount) < _MOST_AMOUNT else None


def _is_number(value: Any) -> bool:
    if not isinstance(value, Decimal):
        return False
    digits, exponent = value.as_tuple().digits, value.as_tuple().exponent
    return len(digits) <= _MOST_DIGITS and isinstance(exponent, int) and exponent >= -_MOST_DECIMALS
