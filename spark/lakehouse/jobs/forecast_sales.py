"""gold.daily_sales to the forecast of the days to come, in the lake, the model registry and the warehouse."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from lakehouse.delta import Lake
from lakehouse.errors import EnvironmentProblem, ForecastError
from lakehouse.jobs.run_log import JobRun, job_run
from lakehouse.local_rows import local_rows
from lakehouse.logs import tell, telling
from lakehouse.model import DAILY_SALES, FORECAST_ACCURACY, FORECASTS, SALES_FORECAST
from lakehouse.sources.mapping import Mapping, load_mapping
from lakehouse.warehouse.publish import opened, publish

if TYPE_CHECKING:
    import pandas as pd

    from lakehouse.forecasting.forecaster import Settings
    from lakehouse.forecasting.tracking import Outcome

JOB = "forecast_sales"


@dataclass(frozen=True)
class Config:
    """lake: root of the Delta tables. tracking: MLflow's store and registry, as a URI. horizon: days to forecast.

    models: those to try, with commas between them; without it, the usual ones.

    exports, warehouse, migrations, compute and storage_integration are those of publish_to_warehouse.
    """

    lake: str
    source: str
    run_id: str
    exports: str
    warehouse: str
    tracking: str
    horizon: int = 28
    models: str = ""
    migrations: str = ""
    compute: str = "LAKEHOUSE"
    storage_integration: str = "LAKEHOUSE_LAKE"


def run(spark: SparkSession, config: Config) -> dict[str, int]:
    """Forecast from the last whole day, where that day has not been forecast from yet.

    Where the sales are too few for a forecast, the job says so and ends well.

    Returns:
        Rows written, by table.

    Raises:
        LakehouseError: MLflow's store or the warehouse cannot be reached.
    """
    mapping = load_mapping(config.source)
    lake = Lake(spark, config.lake)
    with job_run(lake, JOB, config.run_id, mapping, reads=(DAILY_SALES,), writes=FORECASTS) as log:
        if not log.feed(DAILY_SALES).is_empty:
            try:
                _forecast(log, mapping, config)
            except ForecastError as too_little:
                tell("no forecast", level=logging.WARNING, why=str(too_little))
        now = {table.name: lake.version(table) for table in FORECASTS}
        with opened(config) as connection:
            publish(lake, connection, FORECASTS, now, config.exports, config.run_id)
    return log.rows


def _forecast(log: JobRun, mapping: Mapping, config: Config) -> None:
    daily = _daily_sales(log.lake)
    cutoff = _last_whole_day(daily["order_date"].max(), mapping)
    if not log.lake.read(SALES_FORECAST).where(F.col("cutoff") == cutoff).isEmpty():
        return
    outcome = _trained(daily[daily["order_date"] <= cutoff], log, config)
    # The forecast comes last: where it is, all of the cut-off's is.
    _keep(log, FORECAST_ACCURACY, _scores(outcome, config.run_id))
    _keep(log, SALES_FORECAST, _forecasts(outcome, config.run_id))


def _daily_sales(lake: Lake) -> pd.DataFrame:
    """gold.daily_sales; the amounts as float64, which a forecast is anyhow."""
    _require_libraries()
    columns = ("order_date", "country", "category", "currency")
    return lake.read(DAILY_SALES).select(*columns, F.col("net_amount").cast("double")).toPandas()


def _last_whole_day(last: date | None, mapping: Mapping) -> date:
    """The last day with sales; the day before where that day is not over in the shop's business time zone."""
    if last is None or last != last:
        raise ForecastError("no sales can be forecast: there are none")
    today = datetime.now(UTC).astimezone(ZoneInfo(mapping.business_timezone)).date()
    return min(last, today - timedelta(days=1))


def _trained(daily: pd.DataFrame, log: JobRun, config: Config) -> Outcome:
    from lakehouse.forecasting.tracking import Origin, train_and_register

    seen = log.inputs[DAILY_SALES.name]
    origin = Origin(config.run_id, log.source, seen.id, seen.version)
    with telling("forecast made") as told:
        outcome = train_and_register(daily, _settings(config), origin, config.tracking)
        told |= {"model": outcome.model, "model_version": outcome.model_version, "promoted": outcome.promoted}
    tell("champion", why=outcome.why)
    return outcome


def _settings(config: Config) -> Settings:
    from lakehouse.forecasting.forecaster import USUAL, Settings

    return Settings(horizon=config.horizon, models=config.models.split(",") if config.models else USUAL)


def _forecasts(outcome: Outcome, run_id: str) -> pd.DataFrame:
    made = outcome.forecast
    return made.assign(order_date=made["date"], model_version=outcome.model_version, run_id=run_id)


def _scores(outcome: Outcome, run_id: str) -> pd.DataFrame:
    return outcome.scores.assign(run_id=run_id)


def _keep(log: JobRun, table: Any, rows: pd.DataFrame) -> None:
    """Add the rows whose key is not there yet: what was once forecast, and how good it was, is never changed."""
    known = rows[table.column_names].astype(object).where(rows.notna(), None)
    told = local_rows(log.lake.spark, known.to_dict("records"), table.schema)
    new = told.join(log.lake.read(table), list(table.key), "left_anti")
    log.note(table, log.lake.append(table, new).inserted)


def _require_libraries() -> None:
    missing = [name for name in ("lightgbm", "mlflow", "pandas", "statsforecast") if find_spec(name) is None]
    if missing:
        raise EnvironmentProblem(
            f"A forecast needs the libraries of the `ml` extra, and there is no {', '.join(missing)}: "
            "pip install 'softcart-lakehouse[ml]'"
        )
