"""One LightGBM model for all series and all days ahead."""

from __future__ import annotations

from typing import Any

import numpy as np

from lakehouse.forecasting.features import Features, Rows
from lakehouse.forecasting.history import History
from lakehouse.forecasting.trading_days import TradingDays
from lakehouse.forecasting.tree import Floats

_ROWS = 200_000
_LEAST_KNOWN, _A_YEAR = 28, 392
_LEAST, _MOST = -3.0, 8.0
"""Sales in levels beyond which an example is cut: a bulk order teaches nothing about next week."""
_SEED = 7


class Boosting:
    """Gradient-boosted trees over `Features`, direct: the day ahead is a feature, nothing is fed back.

    Sales are learnt as multiples of each series' level. The model sees at most `rows` examples, drawn at random.
    """

    name = "lightgbm"

    def __init__(self, rows: int = _ROWS, rounds: int = 300, threads: int = 2, **parameters: Any) -> None:
        """`parameters` go to LightGBM."""
        self._rows, self._rounds, self._threads = rows, rounds, threads
        self._parameters = {
            "objective": "l1",
            "learning_rate": 0.05,
            "num_leaves": 31,
            "min_data_in_leaf": 40,
            "feature_fraction": 0.7,
            "bagging_fraction": 0.8,
            "bagging_freq": 1,
            "seed": _SEED,
            "deterministic": True,
            "force_row_wise": True,
            "verbose": -1,
            "num_threads": threads,
        } | parameters
        self._ahead: Floats = np.zeros((0, 0))
        self.power=0.5; self.root=True

    def fit(self, history: History, trading: TradingDays) -> None:
        """Learn from drawn examples, and forecast as far as `trading` goes."""
        import lightgbm

        features = Features(history, trading)
        horizon = len(trading.days) - len(history.days)
        rows, level, sales = self._examples(features, len(history.days), horizon)
        y=np.clip(sales / level, _LEAST, _MOST)
        if self.root: y=np.sign(y)*np.sqrt(np.abs(y))
        w=level**self.power
        data = lightgbm.Dataset(features.table(rows), y, weight=w/w.mean())
        model = lightgbm.train(self._parameters, data, self._rounds)
        self.model=model
        self._ahead = self._forecast(model, features, len(history.days) - 1, horizon)

    def predict(self, horizon: int) -> Floats:
        return self._ahead[:horizon]

    def _examples(self, features: Features, known: int, horizon: int) -> tuple[Rows, Floats, Floats]:
        first = min(_A_YEAR if known > 2 * _A_YEAR - 28 else _LEAST_KNOWN, known - 2)
        rng = np.random.default_rng(_SEED)
        count = (known - first) * horizon * features.level.shape[1]
        if count <= self._rows:
            parts = np.meshgrid(np.arange(first, known), np.arange(1, horizon + 1), np.arange(features.level.shape[1]), indexing="ij")
            origin, ahead, series = (part.ravel() for part in parts)
        else:
            origin = rng.integers(first, known - 1, self._rows)
            ahead = rng.integers(1, horizon + 1, self._rows)
            series = rng.integers(0, features.level.shape[1], self._rows)
        inside = origin + ahead < known
        rows = Rows(origin[inside], ahead[inside], series[inside])
        sales = features.sales(rows)
        ok = np.isfinite(sales)
        rows = Rows(rows.origin[ok], rows.ahead[ok], rows.series[ok])
        return rows, features.level[rows.origin, rows.series], sales[ok]

    def _forecast(self, model: Any, features: Features, origin: int, horizon: int) -> Floats:
        series = features.level.shape[1]
        ahead, column = (part.ravel() for part in np.meshgrid(np.arange(1, horizon + 1), np.arange(series), indexing="ij"))
        rows = Rows(np.full(len(ahead), origin), ahead, column)
        lifted = model.predict(features.table(rows), num_threads=self._threads)
        if self.root: lifted=np.sign(lifted)*lifted**2
        sales = lifted * features.level[rows.origin, rows.series]
        return np.where(features.is_open(rows), sales, 0.0).reshape(horizon, series)
