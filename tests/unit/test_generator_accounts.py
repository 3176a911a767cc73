"""The manifest against a plain reading of the files that shares no code with the generator."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, localcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lakehouse.generator import Manifest, generate, plan

EVERY_REASON = {
    "malformed_line",
    "invalid_encoding",
    "missing_line_id",
    "missing_order_id",
    "missing_product_id",
    "invalid_quantity",
    "quantity_too_large",
    "quantity_too_many_decimals",
    "invalid_unit_price",
    "unit_price_too_large",
    "unit_price_too_many_decimals",
    "negative_price",
    "wrong_sign",
    "invalid_order_ts",
    "order_ts_out_of_bounds",
    "invalid_line_type",
    "invalid_updated_at",
    "text_too_long",
}
NEW_YORK = ZoneInfo("America/New_York")


@dataclass
class Row:
    """One landed line: what it says, which rules it breaks, and what it is worth."""

    raw: bytes
    path: str
    event: dict[str, Any] = field(default_factory=dict)
    reasons: list[str] = field(default_factory=list)
    amount: Decimal | None = None


def read_rows(folder: Path) -> list[Row]:
    rows = []
    for path in sorted(folder.glob("*/*/*/*.jsonl.gz")):
        data = gzip.decompress(path.read_bytes())
        assert data.endswith(b"\n"), path
        rows += [read_row(raw, str(path.relative_to(folder))) for raw in data[:-1].split(b"\n")]
    return rows


def read_row(raw: bytes, path: str) -> Row:
    try:
        event = json.loads(raw.decode("utf-8"), parse_float=Decimal, parse_int=Decimal)
    except UnicodeDecodeError:
        return Row(raw, path, reasons=["invalid_encoding"])
    except json.JSONDecodeError:
        return Row(raw, path, reasons=["malformed_line"])
    return Row(raw, path, event, broken_rules(event), worth(event))


def broken_rules(event: dict[str, Any]) -> list[str]:
    quantity, price = event.get("quantity"), event.get("unit_price")
    found = {
        "missing_line_id": not event.get("line_id"),
        "missing_order_id": not event.get("order_id"),
        "missing_product_id": not event["product"].get("id"),
        "invalid_line_type": event["type"] not in ("sale", "return", "adjustment"),
        "invalid_updated_at": moment(event["updated_at"]) is None,
        "invalid_order_ts": moment(event["ordered_at"]) is None,
        "order_ts_out_of_bounds": re.match("1970|2199", event["ordered_at"]) is not None,
        "text_too_long": len(event["product"]["name"]) > 256,
        "invalid_quantity": not isinstance(quantity, Decimal),
        "invalid_unit_price": not isinstance(price, Decimal),
    }
    if isinstance(quantity, Decimal):
        found["quantity_too_large"] = abs(quantity) >= 10**11
        found["quantity_too_many_decimals"] = decimals(quantity) > 3
        found["wrong_sign"] = (event["type"] == "return") != (quantity < 0)
    if isinstance(price, Decimal):
        found["unit_price_too_large"] = abs(price) >= 10**14
        found["unit_price_too_many_decimals"] = decimals(price) > 4
        found["negative_price"] = price < 0
    return [reason for reason, broken in found.items() if broken]


def moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def decimals(number: Decimal) -> int:
    return -int(number.as_tuple().exponent)


def worth(event: dict[str, Any]) -> Decimal | None:
    quantity, price = event.get("quantity"), event.get("unit_price")
    if not isinstance(quantity, Decimal) or not isinstance(price, Decimal):
        return None
    if any(len(number.as_tuple().digits) > 38 or decimals(number) > 10 for number in (quantity, price)):
        return None
    with localcontext(prec=90):
        amount = (quantity * price).quantize(Decimal("0.0001"), ROUND_HALF_UP)
    return amount if abs(amount) < Decimal(10) ** 24 else None


def dispose(rows: list[Row]) -> list[tuple[str, Row]]:
    """Give each row its disposition, in the order the ledger asks for."""
    unique = {row.raw: row for row in rows}
    disposed = [("duplicate", unique[raw]) for raw, n in Counter(row.raw for row in rows).items() for _ in range(n - 1)]
    states = defaultdict(list)
    for row in unique.values():
        if row.reasons:
            disposed.append(("quarantined", row))
        else:
            states[row.event["line_id"]].append(row)
    for line in states.values():
        disposed += dispose_line(sorted(line, key=lambda row: row.event["updated_at"]))
    return disposed


def dispose_line(states: list[Row]) -> list[tuple[str, Row]]:
    *older, newest = states
    assert len({row.event["updated_at"] for row in states}) == len(states)
    if newest.event["deleted"]:
        return [("deleted", row) for row in states]
    current = "set_aside" if newest.event["type"] == "adjustment" else "fact"
    return [("superseded", row) for row in older] + [(current, newest)]


def total(rows: list[Row]) -> dict[str, Any]:
    known = [row.amount for row in rows if row.amount is not None]
    amount = sum(known, Decimal("0.0000"))
    return {"rows": len(rows), "amount": str(amount), "rows_without_amount": len(rows) - len(known)}


def business_date(row: Row) -> str:
    return datetime.fromisoformat(row.event["ordered_at"]).astimezone(NEW_YORK).date().isoformat()


def account(folder: Path) -> dict[str, Any]:
    """All that a manifest says of its files, worked out anew."""
    rows = read_rows(folder)
    by_disposition: dict[str, list[Row]] = defaultdict(list)
    for name, row in dispose(rows):
        by_disposition[name].append(row)
    facts = by_disposition["fact"]
    by_month: dict[str, Decimal] = defaultdict(lambda: Decimal("0.0000"))
    for row in facts:
        assert row.amount is not None
        by_month[business_date(row)[:7]] += row.amount
    late = [row.path for row in rows if "orders-late-" in row.path]
    dates = sorted(business_date(row) for row in facts)
    return {
        "files": len(list(folder.rglob("*.jsonl.gz"))),
        "bytes": sum(path.stat().st_size for path in folder.rglob("*.jsonl.gz")),
        "landed": total(rows),
        "dispositions": {name: total(chosen) for name, chosen in by_disposition.items() if chosen},
        "quarantined_by_reason": dict(Counter(row.reasons[0] for row in by_disposition["quarantined"])),
        "late_files": len(set(late)),
        "late_rows": len(late),
        "returns": total([row for row in facts if row.event["type"] == "return"]),
        "fact_by_month": {month: str(amount) for month, amount in sorted(by_month.items())},
        "orders": len({row.event["order_id"] for row in facts}),
        "products": len({row.event["product"]["id"] for row in facts}),
        "customers": len({row.event["customer"]["id"] for row in facts} - {None}),
        "first_business_date": dates[0] if dates else None,
        "last_business_date": dates[-1] if dates else None,
    }


def claims(folder: Path) -> dict[str, Any]:
    """The same figures as the manifest gives them, without the kinds that it says do not occur."""
    read = json.loads((folder / "_manifest.json").read_text(encoding="utf-8"))
    read["dispositions"] = {name: tally for name, tally in read["dispositions"].items() if tally["rows"]}
    read["quarantined_by_reason"] = {name: rows for name, rows in read["quarantined_by_reason"].items() if rows}
    return {name: read[name] for name in read if name not in ("seed", "lines", "days", "start", "changes")}


@settings(max_examples=30, deadline=None)
@given(
    lines=st.one_of(st.integers(1, 60), st.integers(61, 2500)),
    days=st.integers(1, 25),
    seed=st.integers(0, 2**40),
    changes=st.booleans(),
)
def test_manifest_holds_for_any_size(lines: int, days: int, seed: int, changes: bool) -> None:
    with TemporaryDirectory() as folder:
        manifest = generate(Path(folder), lines=lines, days=days, seed=seed, changes=changes)
        assert claims(Path(folder)) == account(Path(folder))
        assert manifest.landed.rows == lines
        assert Manifest.read(Path(folder)) == manifest


def test_manifest_holds_across_chunks_deliveries_and_a_clock_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan, "LINES_PER_CHUNK", 500)
    monkeypatch.setattr(plan, "LINES_PER_FILE", 200)
    # Clocks go forward on 10 March 2024.
    manifest = generate(tmp_path, lines=6000, days=10, changes=True, start=date(2024, 3, 4))
    assert claims(tmp_path) == account(tmp_path)
    assert (manifest.first_business_date, manifest.last_business_date) == ("2024-03-04", "2024-03-13")
    on_time = [path.name for path in sorted((tmp_path / "2024/03/10").glob("orders-[0-9]*"))]
    assert on_time == ["orders-0000.jsonl.gz", "orders-0800.jsonl.gz", "orders-1600.jsonl.gz"]


def test_each_bad_row_breaks_exactly_one_rule_and_every_rule_is_broken(tmp_path: Path) -> None:
    generate(tmp_path, lines=2000, days=30)
    reasons = [row.reasons for row in read_rows(tmp_path) if row.reasons]
    assert {len(broken) for broken in reasons} == {1}
    assert {broken[0] for broken in reasons} == EVERY_REASON


def test_every_way_to_break_a_rule_breaks_only_that_one(tmp_path: Path) -> None:
    manifest = generate(tmp_path, lines=20_000, days=10)
    bad = [row for row in read_rows(tmp_path) if row.reasons]
    assert {len(row.reasons) for row in bad} == {1}
    assert manifest.dispositions["quarantined"].rows == 100
    ids = [row.event["line_id"] for row in bad if row.event.get("line_id")]
    assert len(ids) == len(set(ids))
    # Numbers that are too large have no amount at all, or they would dwarf the shop's own money in every sum.
    too_large = {"quantity_too_large", "unit_price_too_large"}
    assert {row.amount for row in bad if too_large & set(row.reasons)} == {None}


def test_changes_send_lines_again_and_delete_some(tmp_path: Path) -> None:
    with_changes = generate(tmp_path / "with", lines=5000, days=20, changes=True)
    without = generate(tmp_path / "without", lines=5000, days=20)
    assert with_changes.dispositions["superseded"].rows == 50
    assert with_changes.dispositions["deleted"].rows == 2 * 15
    assert without.dispositions["superseded"].rows == without.dispositions["deleted"].rows == 0


def test_corrected_line_differs_from_its_older_state_in_quantity_only(tmp_path: Path) -> None:
    generate(tmp_path, lines=5000, days=20, changes=True)
    rows = dispose(read_rows(tmp_path))
    facts = {row.event["line_id"]: row.event for name, row in rows if name == "fact"}
    for older in (row.event for name, row in rows if name == "superseded"):
        newer = facts[older["line_id"]]
        assert newer["updated_at"] > older["updated_at"]
        assert {key for key in newer if newer[key] != older[key]} == {"updated_at", "quantity"}
