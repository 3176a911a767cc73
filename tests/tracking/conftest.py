"""A store with one champion, trained once; each test works on a copy of its database."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

pytest.importorskip("mlflow", reason="the ml extra is not installed")

from lakehouse.forecasting.forecaster import Settings
from lakehouse.forecasting.store import local_file, local_store
from lakehouse.forecasting.tracking import Origin, Outcome, train_and_register
from tests.forecasting.shops import daily_sales, noisy

QUICK = Settings(models=("four_weekdays", "theta"), windows=2)
DAYS = 240
_SHOP = {
    ("France", "Books"): noisy(DAYS, 1),
    ("France", "Music"): noisy(DAYS, 2, level=40),
    ("Spain", "Books"): noisy(DAYS, 3, level=700),
}


def sales(days: int) -> pd.DataFrame:
    """The first days of the shop's gold.daily_sales."""
    return daily_sales({leaf: amounts[:days] for leaf, amounts in _SHOP.items()})


def origin(days: int) -> Origin:
    """Where the tests' sales come from."""
    return Origin(f"run-{days}", "shop", "2f6c-table", days)


def train(store: str, days: int, settings: Settings = QUICK) -> Outcome:
    """Train on the first days."""
    return train_and_register(sales(days), settings, origin(days), store)


@pytest.fixture(scope="session")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Outcome]:
    """A store with version 1, trained on 200 days, as champion; to be read only."""
    store = local_store(tmp_path_factory.mktemp("first"))
    return store, train(store, 200)


@pytest.fixture
def store(first: tuple[str, Outcome], tmp_path: Path) -> str:
    """A copy of the store with version 1; the artifacts of that version stay where they are."""
    original = local_file(first[0])
    assert original is not None
    shutil.copy(original, tmp_path)
    return local_store(tmp_path)
