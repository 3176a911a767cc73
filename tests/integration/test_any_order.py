"""The tables are a function of the set of landed rows: not of files, runs, order or repeats."""

from __future__ import annotations

import random
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from lakehouse.balance import differences
from lakehouse.generator import Manifest, generate
from lakehouse.ledger import Entry, lake_entries
from lakehouse.model import ORDER_LINES, PUBLISHED, QUARANTINE

if TYPE_CHECKING:
    from tests.integration.conftest import OpenShop, Shop

WITHOUT_ARRIVAL = ("line_id", "content_hash", "reasons", "raw")


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve days of orders with changes and deletions, returns, copies, late and bad lines."""
    folder = tmp_path_factory.mktemp("delivered")
    generate(folder, lines=400, days=12, seed=3, changes=True)
    return folder


@pytest.fixture(scope="module")
def at_once(open_shop: OpenShop, delivered: Path, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    shop = open_shop(tmp_path_factory.mktemp("at_once"))
    deliver(shop, delivered, files_of(delivered))
    shop.run()
    return shop


def files_of(delivered: Path) -> list[Path]:
    return sorted(delivered.rglob("*.gz"))


def deliver(shop: Shop, delivered: Path, files: Sequence[Path], folder: str = "") -> None:
    for file in files:
        target = shop.landing / folder / file.relative_to(delivered)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, target)


def tables(shop: Shop) -> dict[str, list[tuple[Any, ...]]]:
    found = {table.name: shop.rows(table) for table in (ORDER_LINES, *PUBLISHED)}
    return found | {QUARANTINE.name: shop.rows(QUARANTINE, *WITHOUT_ARRIVAL)}


def ledger(shop: Shop) -> list[Entry]:
    """The ledger, which balances, without what landed in all and what came twice."""
    entries = lake_entries(shop.lake)
    assert differences(entries, published=False) == []
    return sorted((e for e in entries if e.hop not in ("landing", "bronze") and e.disposition != "duplicate"), key=str)


def test_everything_that_can_happen_to_a_line_is_among_what_is_delivered(delivered: Path) -> None:
    manifest = Manifest.read(delivered)
    assert all(tally.rows for tally in manifest.dispositions.values())
    assert manifest.late_files
    assert manifest.returns.rows


def test_file_by_file_gives_what_all_at_once_gives(
    at_once: Shop, open_shop: OpenShop, delivered: Path, tmp_path: Path
) -> None:
    shop, files = open_shop(tmp_path), files_of(delivered)
    for part in (files[:5], files[5:9], files[9:]):
        deliver(shop, delivered, part)
        shop.run()
    assert tables(shop) == tables(at_once)
    assert ledger(shop) == ledger(at_once)


def test_shuffled_with_repeats_gives_what_all_at_once_gives(
    at_once: Shop, open_shop: OpenShop, delivered: Path, tmp_path: Path
) -> None:
    shop, files = open_shop(tmp_path), files_of(delivered)
    random.Random(7).shuffle(files)  # noqa: S311
    deliver(shop, delivered, files[:6])
    shop.run()
    deliver(shop, delivered, files[6:])
    deliver(shop, delivered, files[3:9], folder="again")
    shop.run()
    assert tables(shop) == tables(at_once)
    assert ledger(shop) == ledger(at_once)
