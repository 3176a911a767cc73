"""What is forecast, and how good it was: kept with the day that was known last, and never overwritten."""

from __future__ import annotations

from lakehouse.model.table import AMOUNT, Column, Table

SCORE = "DECIMAL(12,6)"

SALES_FORECAST = Table(
    name="gold.sales_forecast",
    comment="Forecasts of daily net sales with an interval, as they were made: none is overwritten",
    grain="one cut-off, series and day to come",
    key=("cutoff", "level", "currency", "country", "category", "order_date"),
    columns=(
        Column("cutoff", "DATE", "Last day that the forecast knew"),
        Column("level", "STRING", "total, country or series; the levels add up"),
        Column("currency", "STRING", "ISO 4217 code of the amounts"),
        Column("country", "STRING", "Country; All on the level above, Other where too little is known of some"),
        Column("category", "STRING", "Category; All on the levels above, Other where too little is known of some"),
        Column("order_date", "DATE", "The day that is forecast, in the shop's business time zone"),
        Column("mean", AMOUNT, "Expected net sales"),
        Column("low", AMOUNT, "Lower end of the interval, which holds nine days in ten"),
        Column("high", AMOUNT, "Upper end of the interval"),
        Column("model", "STRING", "What the forecast was made with"),
        Column("model_version", "INT", "Its version in the model registry"),
        Column("run_id", "STRING", "Run that made the forecast"),
    ),
    skip_by=("cutoff",),
)

FORECAST_ACCURACY = Table(
    name="gold.forecast_accuracy",
    comment="How each model did in backtests: forecasts of days that were known by then, made without them",
    grain="one cut-off, model and level",
    key=("cutoff", "model", "level"),
    columns=(
        Column("cutoff", "DATE", "Last day that the forecast knew"),
        Column("model", "STRING", "Model that was tried"),
        Column("level", "STRING", "total, country or series"),
        Column("wape", SCORE, "Sum of absolute errors over the sum of absolute sales"),
        Column("mase", SCORE, "Absolute errors over those of the seasonal naive forecast in the history"),
        Column("bias", SCORE, "Sum of errors over the sum of absolute sales; above zero: too much was forecast"),
        Column("coverage", SCORE, "Share of days and series whose sales lie within the interval"),
        Column("run_id", "STRING", "Run that tried the model"),
    ),
    skip_by=("cutoff",),
)

FORECASTS = (SALES_FORECAST, FORECAST_ACCURACY)
"""The tables that the forecast gives the warehouse."""
