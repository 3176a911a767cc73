"""Small shops whose sales can be told by heart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import numpy as np
import pandas as pd

FIRST = date(2024, 1, 1)  # a Monday
WEEK = (10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0)


def daily_sales(series: Mapping[tuple[str, str], Sequence[float]], first: date = FIRST) -> pd.DataFrame:
    """Rows of gold.daily_sales in EUR: amounts day by day, by country and category; days of nothing have no row."""
    rows = [
        (pd.Timestamp(first + timedelta(days=day)), country, category, "EUR", amount)
        for (country, category), amounts in series.items()
        for day, amount in enumerate(amounts)
        if amount
    ]
    return pd.DataFrame(rows, columns=["order_date", "country", "category", "currency", "net_amount"])


def weekly(weeks: int, times: float = 1.0) -> list[float]:
    """The same week over and over."""
    return [times * amount for amount in WEEK] * weeks


def noisy(days: int, seed: int, level: float = 100.0) -> list[float]:
    """A week's pattern with noise of a fifth of the day's sales."""
    rng = np.random.default_rng(seed)
    shape = np.array([1.0, 0.8, 0.9, 1.0, 1.2, 1.5, 0.6])[np.arange(days) % 7]
    return [float(amount) for amount in np.round(level * shape * rng.normal(1, 0.2, days), 2)]
