"""The tables are a function of the set of landed rows: not of files, runs, order, repeats or lateness."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pyspark.sql import functions as F

from lakehouse.balance import differences
from lakehouse.ledger import Entry, lake_entries
from lakehouse.model import DIM_CUSTOMER, DIM_PRODUCT, FACT_SALES, ORDER_LINES, PUBLISHED, QUARANTINE, Table

if TYPE_CHECKING:
    from tests.integration.conftest import OpenShop, Shop

RUNS = 3
WITHOUT_ARRIVAL = ("line_id", "content_hash", "reasons", "raw")
BEGINNING, END = datetime(1900, 1, 1), datetime(9999, 12, 31)


class Arrival(NamedTuple):
    """A record in a file that lands before a run."""

    record: str
    run: int
    file: int


@st.composite
def state_of_a_line(draw: st.DrawFn, line: str) -> str:
    """One event of one of the shop's lines: a sale or return, a change, a deletion, or one that breaks a rule."""
    day, sent = draw(st.integers(1, 4)), draw(st.integers(4, 6))
    record = {
        "line_id": line, "order_id": f"O{draw(st.integers(1, 2))}", "type": draw(st.sampled_from(["sale", "return"])),
        "updated_at": f"2024-05-{sent:02d}T12:00:00.000Z", "ordered_at": f"2024-05-{day:02d}T12:00:00Z",
        "deleted": draw(st.sampled_from([False, False, False, True])),
        "product": {"id": draw(st.sampled_from(["P1", "P2"])), "name": draw(st.sampled_from(["Cup", "Mug"])),
                    "category": draw(st.sampled_from(["Kitchen", "Office", None]))},
        "customer": {"id": draw(st.sampled_from(["C1", "C2", None]))},
        "country": draw(st.sampled_from(["France", "Spain"])),
        "quantity": draw(st.sampled_from([1, 1, 2, "many"])), "unit_price": draw(st.sampled_from([10.5, 3])),
    }  # fmt: skip
    record["quantity"] = -1 if record["type"] == "return" and record["quantity"] != "many" else record["quantity"]
    return json.dumps(record)


lines = st.integers(1, 12).map("L{}".format)
places = st.lists(st.tuples(st.integers(1, RUNS), st.integers(0, 1)), min_size=1, max_size=2)
deliveries = st.lists(st.tuples(lines.flatmap(state_of_a_line), places), min_size=12, max_size=60).map(
    lambda drawn: [Arrival(record, *place) for record, several in drawn for place in several]
)


@settings(max_examples=1, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(deliveries)
def test_any_cut_order_repeat_and_lateness_gives_what_all_at_once_gives(
    open_shop: OpenShop, tmp_path_factory: pytest.TempPathFactory, arrivals: list[Arrival]
) -> None:
    at_once, in_parts = (open_shop(tmp_path_factory.mktemp(name)) for name in ("at_once", "in_parts"))
    at_once.land("all.jsonl", *sorted({arrival.record for arrival in arrivals}))
    at_once.run()
    for run in range(1, RUNS + 1):
        for file in (0, 1):
            in_parts.land(f"{run}-{file}.jsonl", *(a.record for a in arrivals if (a.run, a.file) == (run, file)))
        in_parts.run()
    assert tables(in_parts) == tables(at_once)
    assert ledger(in_parts) == ledger(at_once)
    assert_versions_are_whole(in_parts, DIM_PRODUCT, "product_id")
    assert_versions_are_whole(in_parts, DIM_CUSTOMER, "customer_id")
    assert_each_fact_has_one_version(in_parts, DIM_PRODUCT, "product")
    assert_each_fact_has_one_version(in_parts, DIM_CUSTOMER, "customer")


def tables(shop: Shop) -> dict[str, list[tuple[Any, ...]]]:
    found = {table.name: shop.rows(table) for table in (ORDER_LINES, *PUBLISHED)}
    return found | {QUARANTINE.name: shop.rows(QUARANTINE, *WITHOUT_ARRIVAL)}


def ledger(shop: Shop) -> list[Entry]:
    """The ledger, which balances, without what landed in all and what came twice."""
    entries = lake_entries(shop.lake)
    assert differences(entries, published=False) == []
    return sorted((e for e in entries if e.hop not in ("landing", "bronze") and e.disposition != "duplicate"), key=str)


def assert_versions_are_whole(shop: Shop, dimension: Table, identity: str) -> None:
    intervals = defaultdict(list)
    for row in shop.rows(dimension, identity, "valid_from", "valid_to"):
        intervals[row[0]].append(row[1:])
    for own in map(sorted, intervals.values()):
        assert (own[0][0], own[-1][1]) == (BEGINNING, END)
        assert all(one[1] == following[0] for one, following in pairwise(own))


def assert_each_fact_has_one_version(shop: Shop, dimension: Table, name: str) -> None:
    """The one version that held at the line's moment; lines without an identity have the unknown member."""
    current = shop.lake.read(ORDER_LINES).where("disposition = 'fact'").alias("l")
    facts = shop.lake.read(FACT_SALES).alias("f").join(current, "line_id")
    version = shop.lake.read(dimension).alias("d")
    held = f"l.{name}_id = d.{name}_id AND l.order_ts >= d.valid_from AND l.order_ts < d.valid_to"
    paired = facts.join(version, F.expr(held), "left").selectExpr(
        "line_id", f"f.{name}_key AS told", f"coalesce(d.{name}_key, -1) AS held"
    )
    rows = [tuple(row) for row in paired.collect()]
    assert len(rows) == shop.lake.read(FACT_SALES).count()
    assert [row for row in rows if row[1] != row[2]] == []
