"""The sales forecast: series and their levels, models behind one interface, backtests, and the choice between them.

Nothing here knows Spark, MLflow or the lake: rows of gold.daily_sales go in, a table of forecasts comes out. The
libraries of the `ml` extra are imported where they are used, so that the package's core works without them.
"""
