"""Every table of the lake, stated once."""

from lakehouse.model.bronze import BRONZE, LANDING_FILES, ORDER_LINES_RAW
from lakehouse.model.forecast import FORECAST_ACCURACY, FORECASTS, SALES_FORECAST
from lakehouse.model.gold import (
    DAILY_SALES,
    DIM_CATEGORY,
    DIM_COUNTRY,
    DIM_CUSTOMER,
    DIM_DATE,
    DIM_PRODUCT,
    DIMENSIONS,
    FACT_SALES,
    FIRST_DAY,
    PUBLISHED,
    UNKNOWN_KEY,
)
from lakehouse.model.ops import HOLDS, JOB_RUNS, LEDGER, OPS
from lakehouse.model.silver import DISPOSITIONS, ORDER_LINES, QUARANTINE, SILVER
from lakehouse.model.table import Column, Table

TABLES = (*BRONZE, *SILVER, *PUBLISHED, *FORECASTS, *OPS)

__all__ = [
    "BRONZE",
    "DAILY_SALES",
    "DIMENSIONS",
    "DIM_CATEGORY",
    "DIM_COUNTRY",
    "DIM_CUSTOMER",
    "DIM_DATE",
    "DIM_PRODUCT",
    "DISPOSITIONS",
    "FACT_SALES",
    "FIRST_DAY",
    "FORECASTS",
    "FORECAST_ACCURACY",
    "HOLDS",
    "JOB_RUNS",
    "LANDING_FILES",
    "LEDGER",
    "OPS",
    "ORDER_LINES",
    "ORDER_LINES_RAW",
    "PUBLISHED",
    "QUARANTINE",
    "SALES_FORECAST",
    "SILVER",
    "TABLES",
    "UNKNOWN_KEY",
    "Column",
    "Table",
]
