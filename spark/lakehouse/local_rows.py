"""Rows that Python holds, as a DataFrame."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F


def local_rows(spark: SparkSession, rows: Iterable[Mapping[str, Any]], schema: str) -> DataFrame:
    """The rows as a DataFrame: what `createDataFrame` gives, which starts a Python process for each read of them.

    Args:
        rows: a value for each column by its name; one that is not there is NULL.
        schema: the columns as Spark DDL. Decimals, dates and times keep their exact values: they travel as texts.
    """
    text = F.lit(json.dumps([*rows], default=str))
    values = F.from_json(text, f"ARRAY<STRUCT<{schema}>>", {"mode": "FAILFAST"})
    return spark.range(0, 1, 1, 1).select(F.inline(values))
