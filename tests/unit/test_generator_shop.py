"""What the generated shop looks like to someone who reads its lines."""

from __future__ import annotations

import gzip
import json
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from lakehouse.generator import generate


def sound_events(folder: Path) -> list[dict[str, Any]]:
    """Every readable event, oldest folder first."""
    events = []
    for path in sorted(folder.glob("*/*/*/*.jsonl.gz")):
        for raw in gzip.decompress(path.read_bytes()).splitlines():
            try:
                events.append(json.loads(raw) | {"file": path.relative_to(folder).as_posix()})
            except ValueError:
                continue
    return [event for event in events if is_sound(event)]


def is_sound(event: dict[str, Any]) -> bool:
    quantity, price = event.get("quantity"), event.get("unit_price")
    plain = isinstance(quantity, int | float) and abs(quantity) < 1e6
    plain = plain and isinstance(price, int | float) and 0 <= price < 1e6
    named = event.get("line_id") and event.get("order_id") and event["product"].get("id")
    dated = event["ordered_at"][:4] in ("2023", "2024", "2025") and "02-30" not in event["ordered_at"]
    sent = event["updated_at"] != "soon" and "-13-" not in event["updated_at"]
    return bool(plain and named and dated and sent and event["type"] != "gift" and len(event["product"]["name"]) <= 256)


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    folder = tmp_path_factory.mktemp("year")
    generate(folder, lines=30_000, days=366, seed=3)
    return sound_events(folder)


def test_line_reads_as_documented(year: list[dict[str, Any]]) -> None:
    sale = next(event for event in year if event["type"] == "sale" and event["customer"]["id"])
    assert list(sale)[:-1] == [
        *("line_id", "order_id", "updated_at", "ordered_at", "type", "deleted"),
        *("product", "customer", "country", "quantity", "unit_price"),
    ]
    assert list(sale["product"]) == ["id", "name", "category"]
    assert sale["line_id"][1:9] == sale["order_id"][1:]
    assert (sale["line_id"][0], sale["order_id"][0], sale["customer"]["id"][0]) == ("L", "S", "C")
    assert sale["deleted"] is False


def test_lines_of_an_order_share_its_customer_country_and_time(year: list[dict[str, Any]]) -> None:
    heads = defaultdict(set)
    for event in year:
        heads[event["order_id"]].add((event["customer"]["id"], event["country"], event["ordered_at"]))
    assert {len(head) for head in heads.values()} == {1}
    assert len(heads) < 0.7 * len(year)


def test_event_is_sent_after_its_order(year: list[dict[str, Any]]) -> None:
    moments = [[datetime.fromisoformat(event[key]) for key in ("ordered_at", "updated_at")] for event in year]
    assert all(ordered <= updated for ordered, updated in moments)


def test_products_change_name_category_and_price_over_time(year: list[dict[str, Any]]) -> None:
    seen: dict[str, dict[str, set[Any]]] = {key: defaultdict(set) for key in ("name", "category", "price")}
    for event in year:
        product = event["product"]
        seen["name"][product["id"]].add(product["name"])
        seen["category"][product["id"]].add(product["category"])
        if event["type"] == "sale":
            seen["price"][product["id"]].add(event["unit_price"])
    changed = {key: sum(len(values) > 1 for values in by_product.values()) for key, by_product in seen.items()}
    assert changed["price"] > changed["name"] > changed["category"] > 0


def test_a_product_has_one_name_at_a_time(year: list[dict[str, Any]]) -> None:
    names: dict[str, list[str]] = defaultdict(list)
    for event in sorted(year, key=lambda event: event["ordered_at"]):
        history = names[event["product"]["id"]]
        if not history or history[-1] != event["product"]["name"]:
            history.append(event["product"]["name"])
    assert all(len(history) == len(set(history)) for history in names.values())


def test_customers_move_once_and_stay(year: list[dict[str, Any]]) -> None:
    homes: dict[str | None, list[str]] = defaultdict(list)
    for event in sorted(year, key=lambda event: event["ordered_at"]):
        history = homes[event["customer"]["id"]]
        if event["customer"]["id"] and (not history or history[-1] != event["country"]):
            history.append(event["country"])
    assert Counter(min(len(history), 3) for customer, history in homes.items() if customer)[3] == 0
    assert sum(len(history) == 2 for history in homes.values()) > 10


def test_names_need_escaping_and_all_of_unicode(year: list[dict[str, Any]]) -> None:
    names = "".join({event["product"]["name"] for event in year})
    assert all(sign in names for sign in (",", '"', "\\", "ü", "東", "🎧"))


def test_some_orders_are_placed_by_guests(year: list[dict[str, Any]]) -> None:
    guests = sum(event["customer"]["id"] is None for event in year)
    assert 0.03 < guests / len(year) < 0.07


def test_december_sells_more_than_spring_and_weekends_more_than_midweek(year: list[dict[str, Any]]) -> None:
    local = [datetime.fromisoformat(event["ordered_at"]).astimezone(ZoneInfo("America/New_York")) for event in year]
    by_month, by_weekday = Counter(day.month for day in local), Counter(day.weekday() for day in local)
    assert by_month[12] > 1.4 * by_month[4]
    assert by_weekday[5] > 1.1 * by_weekday[2]


def test_a_few_products_make_most_of_the_sales(year: list[dict[str, Any]]) -> None:
    sold = Counter(event["product"]["id"] for event in year)
    assert sum(count for _, count in sold.most_common(len(sold) // 5)) > 0.45 * len(year)


def test_promotion_cuts_prices_and_lifts_sales(year: list[dict[str, Any]]) -> None:
    week = [event for event in year if "2024-11-25" <= event["ordered_at"][:10] <= "2024-11-29"]
    before = [event for event in year if "2024-11-11" <= event["ordered_at"][:10] <= "2024-11-15"]
    assert len(week) > 1.3 * len(before)
    last_price = {event["product"]["id"]: event["unit_price"] for event in before if event["type"] == "sale"}
    ratios = [event["unit_price"] / last_price.get(event["product"]["id"], 1e9) for event in week]
    assert sum(abs(ratio - 0.75) < 0.01 for ratio in ratios) > 20


def test_returns_come_on_a_later_day_as_orders_of_their_own(year: list[dict[str, Any]]) -> None:
    returns = [event for event in year if event["type"] == "return" and event["quantity"] < 0]
    assert all(event["order_id"][0] == "R" and event["line_id"] == event["order_id"] + "-1" for event in returns)
    assert 0.025 < len(returns) / len(year) < 0.035


def test_nothing_is_returned_on_the_day_of_its_order(tmp_path: Path) -> None:
    generate(tmp_path, lines=3000, days=2)
    returned = {event["ordered_at"] for event in sound_events(tmp_path) if event["order_id"][0] == "R"}
    assert len(returned) > 50
    assert min(returned) >= "2024-01-02T05:00:00Z"


def test_late_files_hold_lines_ordered_days_before_their_folder(year: list[dict[str, Any]]) -> None:
    late = [event for event in year if "orders-late-" in event["file"]]
    assert len({event["file"] for event in late}) > 5
    for event in late:
        folder = date.fromisoformat(event["file"][:10].replace("/", "-"))
        assert date.fromisoformat(event["ordered_at"][:10]) <= folder - timedelta(days=1)


def test_cables_are_sold_by_the_millimetre(year: list[dict[str, Any]]) -> None:
    cut = Counter(event["product"]["category"] for event in year if event["quantity"] % 1)
    # A bestseller always changes its category: should it be a cable, it is still cut.
    assert cut["Cables by the Metre"] > 0.5 * cut.total() > 100
