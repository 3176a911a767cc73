"""What only the lake knows: quarantined records with their reasons, forecasts and how good they were.

DuckDB reads the tables' files where they lie: a quarantine may hold far more rows than are shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
from deltalake import DeltaTable

from lakehouse.model import QUARANTINE
from lakehouse.quality import MEANINGS
from lakehouse.settings import State
from lakehouse.uptodate import data_files

SALES_FORECAST = "gold.sales_forecast"
FORECAST_ACCURACY = "gold.forecast_accuracy"

EXAMPLES_OF_A_RULE = 2
EXAMPLES = 24
RAW_SHOWN = 300
"""Characters of a quarantined record that are shown."""
RECENT_CUTOFFS = 6
"""Backtests that the accuracy is an average of."""


@dataclass(frozen=True)
class Reason:
    """A rule and how many quarantined records broke it; a record may break several."""

    rule: str
    meaning: str
    records: int


@dataclass(frozen=True)
class Example:
    """A quarantined record, and where it stands."""

    rule: str
    meaning: str
    file: str
    line_number: int
    raw: str


@dataclass(frozen=True)
class ForecastDay:
    """Expected net sales of one day; `low` to `high` is to hold nine days in ten."""

    day: date
    mean: Decimal
    low: Decimal
    high: Decimal


@dataclass(frozen=True)
class Forecast:
    """The newest forecast of one currency's daily net sales."""

    cutoff: date
    model: str
    model_version: int | None
    days: list[ForecastDay]


@dataclass(frozen=True)
class Accuracy:
    """How one model did on one level, on average over the newest cut-offs."""

    model: str
    level: str
    cutoffs: int
    wape: float | None
    mase: float | None
    bias: float | None
    coverage: float | None


REASONS = """
SELECT rule, count(*) FROM (SELECT unnest(reasons) AS rule FROM files) GROUP BY rule ORDER BY count(*) DESC, rule
"""
EXAMPLE_RECORDS = f"""
WITH broken AS (SELECT unnest(reasons) AS rule, file, line_number, coalesce(raw, 'base64: ' || raw_base64) AS raw
                FROM files),
     numbered AS (SELECT *, row_number() OVER (PARTITION BY rule ORDER BY file, line_number) AS n,
                         count(*) OVER (PARTITION BY rule) AS records FROM broken)
SELECT rule, file, line_number,
       left(coalesce(raw, ''), {RAW_SHOWN}) || CASE WHEN length(raw) > {RAW_SHOWN} THEN ' …' ELSE '' END
FROM numbered WHERE n <= {EXAMPLES_OF_A_RULE} ORDER BY records DESC, rule, n LIMIT {EXAMPLES}
"""
NEWEST_FORECAST = """
SELECT currency, cutoff, model, model_version, order_date, mean, low, high FROM files WHERE level = 'total'
QUALIFY cutoff = max(cutoff) OVER (PARTITION BY currency) ORDER BY currency, order_date
"""
ACCURACIES = f"""
WITH recent AS (SELECT *, dense_rank() OVER (ORDER BY cutoff DESC) AS age FROM files)
SELECT model, level, count(DISTINCT cutoff), avg(wape)::DOUBLE, avg(mase)::DOUBLE, avg(bias)::DOUBLE,
       avg(coverage)::DOUBLE
FROM recent WHERE age <= {RECENT_CUTOFFS} GROUP BY model, level
ORDER BY CASE level WHEN 'total' THEN 1 WHEN 'country' THEN 2 ELSE 3 END, avg(wape) NULLS LAST, model
"""


def reasons(state: State) -> list[Reason]:
    """The rules that quarantined records broke, the one broken most often first."""
    return [Reason(rule, MEANINGS.get(rule, ""), n) for rule, n in _ask(state, QUARANTINE.name, REASONS)]


def examples(state: State) -> list[Example]:
    """A few records for each rule, long ones cut."""
    return [Example(rule, MEANINGS.get(rule, ""), *at) for rule, *at in _ask(state, QUARANTINE.name, EXAMPLE_RECORDS)]


def forecasts(state: State) -> dict[str, Forecast]:
    """The newest forecast of all sales by currency; none where no forecast has been made."""
    found: dict[str, Forecast] = {}
    for currency, cutoff, model, version, *day in _ask(state, SALES_FORECAST, NEWEST_FORECAST):
        found.setdefault(currency, Forecast(cutoff, model, version, [])).days.append(ForecastDay(*day))
    return found


def accuracies(state: State) -> list[Accuracy]:
    """By level and model, the lowest error first; none where nothing has been backtested."""
    return [Accuracy(*row) for row in _ask(state, FORECAST_ACCURACY, ACCURACIES)]


def _ask(state: State, table: str, query: str) -> list[tuple[Any, ...]]:
    """Rows of a query whose `files` are the table; none where the table is absent or empty."""
    path = state.lake / table.replace(".", "/")
    if not path.is_dir() or not DeltaTable.is_deltatable(str(path)):
        return []
    files = data_files(DeltaTable(str(path)))
    if not files:
        return []
    with duckdb.connect() as connection:
        connection.read_parquet(files, union_by_name=True).create_view("files")
        return connection.execute(query).fetchall()
