"""One LightGBM model for all series and all days ahead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from lakehouse.forecasting.features import Features
from lakehouse.forecasting.history import History
from lakehouse.forecasting.lifts import Rows
from lakehouse.forecasting.trading_days import TradingDays
from lakehouse.forecasting.tree import Floats, Numbers

_MOST_ROWS, _ORIGINS_A_DAY = 200_000, 5
"""Examples to learn from: a day may stand in the horizon of 28 origins, and five of them tell nearly as much."""
_LEAST_KNOWN, _A_YEAR = 28, 392
_LEAST, _MOST = -3.0, 8.0
"""Sales in levels beyond which an example is cut: a bulk order teaches nothing about next week."""
_ROWS_A_THREAD, _MOST_THREADS = 75_000, 2
"""Fewer examples are learnt from faster by one thread than by two that wait for each other."""
_SEED = 7
_LEAST_ROUNDS, _MOST_ROUNDS, _ROWS_A_ROUND = 50, 150, 1000
"""Few examples are learnt by heart in as many rounds as many examples take to be learnt."""
_PARAMETERS: Mapping[str, Any] = {
    "objective": "l2",
    "learning_rate": 0.1,
    "num_leaves": 15,
    "min_data_in_leaf": 200,
    "feature_fraction": 0.7,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "seed": _SEED,
    "deterministic": True,
    "force_row_wise": True,
    "verbose": -1,
}


class Boosting:
    """Gradient-boosted trees over `Features`, direct: the day ahead is a feature, nothing is fed back.

    What is learnt is the root of sales in multiples of the series' level: it halves the skew of sales, so that squared
    loss asks for a value between their median and their mean. Each example weighs as the root of its level, between
    counting series and counting money.
    """

    name = "lightgbm"

    def __init__(self, rounds: int | None = None, **parameters: Any) -> None:
        """`rounds` is the number of trees, by default one a thousand examples; `parameters` go to LightGBM."""
        self._rounds = rounds
        self._parameters = {**_PARAMETERS, **parameters}
        self._ahead: Floats = np.zeros((0, 0))

    def fit(self, history: History, trading: TradingDays) -> None:
        """Learn from drawn examples, and forecast as far as `trading` goes."""
        import lightgbm

        features = Features(history, trading)
        rows = _examples(features, len(history.days), len(trading.days) - len(history.days))
        level = features.level[rows.origin, rows.series]
        target = _root(np.clip(features.sales(rows) / level, _LEAST, _MOST))
        weight = np.sqrt(level)
        data = lightgbm.Dataset(features.table(rows), target, weight=weight / weight.mean())
        threads = min(_MOST_THREADS, 1 + len(level) // _ROWS_A_THREAD)
        booster = lightgbm.train(
            {"num_threads": threads, **self._parameters}, data, self._rounds or usual_rounds(len(level))
        )
        rows = _days_ahead(history, trading)
        lifts = _square(np.asarray(booster.predict(features.table(rows), num_threads=threads)))
        sales = np.where(features.is_open(rows), lifts * features.level[rows.origin, rows.series], 0.0)
        self._ahead = sales.reshape(-1, len(history.tree))

    def predict(self, horizon: int) -> Floats:
        """Learnt multiple of the level; nothing on days off."""
        return self._ahead[:horizon]


def usual_rounds(examples: int) -> int:
    """How many trees are learnt from so many examples: one a thousand, 50 to 150."""
    return int(np.clip(examples // _ROWS_A_ROUND, _LEAST_ROUNDS, _MOST_ROUNDS))


def _examples(features: Features, known: int, horizon: int) -> Rows:
    """Draw days with known sales, each seen from some day before it.

    Where two years are known, no origin is of the first: it has no year before to look back at.
    """
    first = min(_A_YEAR if known >= 2 * _A_YEAR else _LEAST_KNOWN, known // 2)
    series = features.level.shape[1]
    count = min(_MOST_ROWS, _ORIGINS_A_DAY * (known - first) * series)
    rng = np.random.default_rng(_SEED)
    drawn = Rows(
        rng.integers(first, known - 1, count), rng.integers(1, horizon + 1, count), rng.integers(0, series, count)
    )
    rows = drawn.where(drawn.target < known)
    return rows.where(np.isfinite(features.sales(rows)))


def _days_ahead(history: History, trading: TradingDays) -> Rows:
    """Every day to come of every series, seen from the cut-off."""
    horizon = len(trading.days) - len(history.days)
    ahead, series = np.indices((horizon, len(history.tree)))
    numbers: Numbers = (ahead + 1).ravel()
    return Rows(np.full(numbers.shape, len(history.days) - 1), numbers, series.ravel())


def _root(values: Floats) -> Floats:
    return np.sign(values) * np.sqrt(np.abs(values))


def _square(roots: Floats) -> Floats:
    return np.sign(roots) * roots**2
