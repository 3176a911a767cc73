"""Forecasts of days that no model has seen, and how good they were."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from deltalake import DeltaTable

from benchmarks.generated_sales import COUNTRIES, LAST, GeneratedSales, generated_sales
from lakehouse.forecasting.accuracy import accuracy, naive_error, wape
from lakehouse.forecasting.calibration import Range
from lakehouse.forecasting.forecaster import ENSEMBLE, MODELS, Forecaster, Settings
from lakehouse.forecasting.history import COLUMNS, History, sales_after, sales_history
from lakehouse.forecasting.tree import COUNTRY, SERIES, TOTAL, Floats, Numbers

HORIZON = Settings().horizon
UCI_CUTOFFS = (date(2011, 8, 19), date(2011, 9, 16), date(2011, 10, 14), date(2011, 11, 11))
LARGEST = 8


def on_generated(seed: int, countries: int) -> dict[str, Any]:
    """The last four weeks of generated sales, fifty categories a country, by the ensemble and by every model alone.

    Returns:
        seconds: what fitting the ensemble took, its backtests included.
        noise: WAPE of the very means that the sales were drawn from: nobody can know more.
        models: accuracy on the series, by model; levels: of the ensemble, by level.
    """
    sales = generated_sales(seed, countries=COUNTRIES[:countries])
    history = sales_history(sales.daily, LAST - timedelta(days=HORIZON))
    actual = sales_after(history, sales.daily, HORIZON)
    started = time.monotonic()
    forecast = Forecaster(history, Settings(models=(ENSEMBLE,))).forecast()
    seconds = time.monotonic() - started
    # What a model alone forecasts hardly depends on the number of backtests; its interval is not looked at.
    alone = Forecaster(history, Settings(models=tuple(MODELS), windows=1))
    forecasts = {name: alone.forecast(name) for name in MODELS} | {ENSEMBLE: forecast}
    series = history.tree.columns(SERIES)
    return {
        "seconds": seconds,
        "series": len(series),
        "noise": wape(actual[:, series], _expected(sales, history)),
        "models": {name: _figures(history, found, actual, series) for name, found in forecasts.items()},
        "levels": {
            level: _figures(history, forecast, actual, history.tree.columns(level))
            for level in (TOTAL, COUNTRY, SERIES)
        },
    }


def _expected(sales: GeneratedSales, history: History) -> Floats:
    leaves = history.tree.series[history.tree.leaves :]
    return np.stack([sales.expected_of(leaf.country, leaf.category)[-HORIZON:] for leaf in leaves], axis=1)


def _figures(history: History, forecast: Range, actual: Floats, columns: Numbers) -> dict[str, float]:
    mean, low, high = (part[:, columns] for part in (forecast.mean, forecast.low, forecast.high))
    return asdict(accuracy(actual[:, columns], mean, low, high, naive_error(history.sales)[columns]))


def on_uci(home: Path) -> dict[str, Any]:
    """Four weeks after each cut-off, from gold.daily_sales of a lakehouse, by every model.

    Returns:
        models: by model, for each cut-off the accuracy of the total, of the eight largest countries and of all.
        coverage: by country, of the ensemble's intervals, over all cut-offs.
    """
    daily = daily_sales(home)
    largest = daily["net_amount"].astype(float).groupby(daily["country"]).sum().nlargest(LARGEST).index.tolist()
    models: dict[str, list[dict[str, Any]]] = {}
    covered: dict[str, list[float]] = {}
    for cutoff in UCI_CUTOFFS:
        history = sales_history(daily, cutoff)
        actual = sales_after(history, daily, HORIZON)
        forecaster = Forecaster(history)
        for name in forecaster.settings.models:
            found = _uci_figures(history, forecaster.forecast(name), actual, largest)
            models.setdefault(name, []).append({"cutoff": cutoff.isoformat()} | found)
        for country, share in _covered(history, forecaster.forecast(), actual).items():
            covered.setdefault(country, []).append(share)
    # A country that stands alone at the last cut-offs only has too few days to tell.
    whole = {country: float(np.mean(shares)) for country, shares in covered.items() if len(shares) == len(UCI_CUTOFFS)}
    return {"largest": largest, "models": models, "coverage": whole}


def daily_sales(home: Path) -> pd.DataFrame:
    """gold.daily_sales, as far as a forecast needs it."""
    return DeltaTable(str(home / "lake" / "gold" / "daily_sales")).to_pandas(columns=list(COLUMNS))


def _uci_figures(history: History, forecast: Range, actual: Floats, largest: Sequence[str]) -> dict[str, Any]:
    countries = history.tree.columns(COUNTRY)
    large = np.array([column for column in countries if history.tree.series[column].country in largest], np.int64)
    groups: Mapping[str, Numbers] = {"total": history.tree.columns(TOTAL), "largest": large, "countries": countries}
    return {group: _figures(history, forecast, actual, columns) for group, columns in groups.items()}


def _covered(history: History, forecast: Range, actual: Floats) -> dict[str, float]:
    return {
        history.tree.series[column].country: _figures(history, forecast, actual, np.array([column]))["coverage"]
        for column in (*history.tree.columns(TOTAL), *history.tree.columns(COUNTRY))
    }
