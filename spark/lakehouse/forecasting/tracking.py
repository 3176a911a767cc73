"""Train the forecast, keep the run in MLflow, register it, and make it champion where it has earned it."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from lakehouse.forecasting import promotion, registry
from lakehouse.forecasting.forecaster import Forecaster, Settings
from lakehouse.forecasting.history import History, sales_history
from lakehouse.forecasting.registry import Version
from lakehouse.forecasting.store import opened
from lakehouse.forecasting.training_run import Origin, Training, log_run

__all__ = ["Origin", "Outcome", "train_and_register"]


@dataclass(frozen=True)
class Outcome:
    """What a training gave.

    Attributes:
        forecast: of the champion's model, fitted to all sales; of the challenger's where there is no champion. Columns
            as in `Forecaster.rows`.
        scores: of all models in the backtests: see `Forecaster.scores`.
        model: by which the forecast was made.
        model_version: of the champion, or without one of the version that was registered and not promoted.
        promoted: the version registered by this training is the champion now.
        why: it is or is not, in one sentence.
    """

    forecast: pd.DataFrame
    scores: pd.DataFrame
    model: str
    model_version: int
    promoted: bool
    why: str


def train_and_register(daily: pd.DataFrame, settings: Settings, origin: Origin, store: str) -> Outcome:
    """Backtest and fit all models, register the best one, and promote it where it beats what there is.

    The alias moves last, in one write: a training that ends before has promoted nothing.

    Args:
        daily: rows of gold.daily_sales.
        settings: of the forecast; seasonal naive and the champion's model take part in any case.
        origin: of `daily`, for the run's tags.
        store: an MLflow tracking URI.

    Raises:
        ForecastError: nothing can be forecast.
        TrackingError: the store or the registry is out of reach.
    """
    history = sales_history(daily)  # where it is too little, no store is opened, which takes seconds
    with opened(store) as client:
        champion = registry.champion(client)
        trained = _train(history, daily, settings, champion)
        registered = log_run(client, trained, origin, store)
        if trained.verdict.promoted:
            registry.promote(client, registered, champion)
    published = registered if trained.verdict.promoted or champion is None else champion
    return Outcome(
        trained.forecaster.rows(published.model),
        trained.scores,
        published.model,
        published.number,
        trained.verdict.promoted,
        trained.verdict.why,
    )


def _train(history: History, daily: pd.DataFrame, settings: Settings, champion: Version | None) -> Training:
    """Choose the challenger without the held-out days, where there are enough others, and judge it on them."""
    asked = promotion.with_baseline(settings, *([champion.model] if champion else []))
    forecaster = Forecaster(history, asked)
    scores = forecaster.scores()
    unseen = promotion.held_out(daily, promotion.with_baseline(settings))
    model = promotion.best_model(unseen.scores() if unseen else scores, settings)
    forecast = registry.forecast_of(champion) if champion else None
    return Training(model, forecaster, scores, promotion.judge(unseen, model, daily, champion, forecast))
