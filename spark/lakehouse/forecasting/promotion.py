"""Which model is the challenger, and whether it beats champion and seasonal naive on days that neither has seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

import pandas as pd

from lakehouse.errors import ForecastError
from lakehouse.forecasting.accuracy import wape
from lakehouse.forecasting.forecaster import Forecaster, Settings
from lakehouse.forecasting.history import OTHER, checked, sales_after, sales_history
from lakehouse.forecasting.registry import Version

NAIVE = "seasonal_naive"
CHALLENGER, CHAMPION = "challenger", "champion"
LEAST_DAYS = 7
"""Unseen days that a comparison needs: every weekday counts once."""
_KEYS = ["level", "currency", "country", "category", "date"]


@dataclass(frozen=True)
class Verdict:
    """Whether the challenger takes the champion's place.

    Attributes:
        promoted: it does.
        why: in one sentence.
        wapes: what each got on the unseen days, by `challenger`, `champion` and `seasonal_naive`.
        days: how many unseen days there were.
    """

    promoted: bool
    why: str
    wapes: Mapping[str, float]
    days: int


def with_baseline(settings: Settings, *also: str) -> Settings:
    """The settings with the models that are compared with, whatever else they ask for."""
    return replace(settings, models=tuple(dict.fromkeys((*settings.models, NAIVE, *also))))


def held_out(daily: pd.DataFrame, settings: Settings) -> Forecaster | None:
    """Fitted without the last `horizon` days; None where too little is left."""
    last = checked(daily)["order_date"].max().date()
    try:
        return Forecaster(sales_history(daily, last - timedelta(days=settings.horizon)), settings)
    except ForecastError:
        return None


def best_model(scores: pd.DataFrame, among: Settings) -> str:
    """The model with the least WAPE in the backtests: mean over levels and cut-offs."""
    means = scores[scores["model"].isin(among.models)].groupby("model")["wape"].mean()
    if means.isna().all():
        return NAIVE
    return str(means.idxmin())


def judge(
    unseen: Forecaster | None,
    model: str,
    daily: pd.DataFrame,
    champion: Version | None = None,
    champion_forecast: pd.DataFrame | None = None,
) -> Verdict:
    """Hold the challenger against seasonal naive, and against the champion where there is one.

    Args:
        unseen: what `held_out` fitted; it has seen nothing of the days that are compared.
        model: the challenger's model.
        daily: rows of gold.daily_sales, the held-out days among them.
        champion: the present champion.
        champion_forecast: the forecast that it holds.
    """
    if unseen is None:
        return Verdict(False, "The sales span too few days to hold some out: nothing was promoted.", {}, 0)
    rows = {CHALLENGER: unseen.rows(model), NAIVE: unseen.rows(NAIVE)}
    actual = _actual(unseen, daily)
    if champion is None or champion_forecast is None:
        return _against_naive(model, actual, rows, unseen.settings.horizon, "there is no champion yet")
    since = max(unseen.history.cutoff, champion.cutoff)
    left = actual[actual["date"] > pd.Timestamp(since)]
    days = left["date"].nunique()
    if days < min(LEAST_DAYS, unseen.settings.horizon):
        why = f"Version {champion.number} stays champion: only {days} day(s) have come that it has not seen."
        return Verdict(False, why, {}, days)
    if not _spans_enough(left, champion_forecast, unseen.settings.horizon):
        ended = f"the forecast of version {champion.number} has run out ({champion_forecast['date'].max():%Y-%m-%d})"
        return _against_naive(model, actual, rows, unseen.settings.horizon, ended)
    return _against_both(model, champion, left, {**rows, CHAMPION: champion_forecast})


def _actual(unseen: Forecaster, daily: pd.DataFrame) -> pd.DataFrame:
    came = sales_after(unseen.history, daily, unseen.settings.horizon)
    return unseen.rows(NAIVE)[_KEYS].assign(actual=came.T.ravel())


def _spans_enough(left: pd.DataFrame, forecast: pd.DataFrame, horizon: int) -> bool:
    shared: int = _comparable(left, [forecast])["date"].nunique()
    return shared >= min(LEAST_DAYS, horizon)


def _against_naive(
    model: str, actual: pd.DataFrame, rows: Mapping[str, pd.DataFrame], days: int, because: str
) -> Verdict:
    wapes = wape_of_each(actual, rows)
    promoted = wapes[CHALLENGER] < wapes[NAIVE]
    figures = f"WAPE {wapes[CHALLENGER]:.3f} against {wapes[NAIVE]:.3f} on the last {days} days"
    told = "beats" if promoted else "does not beat"
    return Verdict(promoted, f"{model} {told} seasonal naive ({figures}), and {because}.", wapes, days)


def _against_both(model: str, champion: Version, left: pd.DataFrame, rows: Mapping[str, pd.DataFrame]) -> Verdict:
    wapes = wape_of_each(left, rows)
    days = int(_comparable(left, list(rows.values()))["date"].nunique())
    promoted = wapes[CHALLENGER] < min(wapes[CHAMPION], wapes[NAIVE])
    why = (
        f"{model} {'beats' if promoted else 'does not beat'} version {champion.number} ({champion.model}) and "
        f"seasonal naive: WAPE {wapes[CHALLENGER]:.3f} against {wapes[CHAMPION]:.3f} and {wapes[NAIVE]:.3f} "
        f"on {days} days that neither has seen."
    )
    return Verdict(promoted, why, wapes, days)


def wape_of_each(actual: pd.DataFrame, rows: Mapping[str, pd.DataFrame]) -> dict[str, float]:
    """The WAPE of each forecast, mean over the levels, on the series and days that all of them tell of."""
    shared = _comparable(actual, list(rows.values()))
    return {name: _mean_wape(shared.merge(forecast[[*_KEYS, "mean"]], on=_KEYS)) for name, forecast in rows.items()}


def _comparable(actual: pd.DataFrame, forecasts: list[pd.DataFrame]) -> pd.DataFrame:
    """Rows of `actual` that all forecasts have; what `Other` sums up differs from one forecast to the next."""
    shared = actual[(actual["country"] != OTHER) & (actual["category"] != OTHER)]
    for forecast in forecasts:
        shared = shared.merge(forecast[_KEYS], on=_KEYS)
    return shared


def _mean_wape(rows: pd.DataFrame) -> float:
    by_level = [wape(part["actual"].to_numpy(), part["mean"].to_numpy()) for _, part in rows.groupby("level")]
    return float(pd.Series(by_level).mean())
