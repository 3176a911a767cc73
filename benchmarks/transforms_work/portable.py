"""The two places where a transform must be put otherwise for Sail 0.7: JSON through variants, and try_multiply.

Spark gets the same, so that both engines are measured on the same code.
"""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakehouse.sources.mapping import Mapping
from lakehouse.sources.parse import json_shape
from lakehouse.transforms import order_lines as product

TRY_MULTIPLY = "try_multiply(quantity_number, unit_price_number)"
"""Sail multiplies integers and intervals only in try_multiply."""
NARROW_MULTIPLY = "try_cast(quantity_number AS DECIMAL(18,6)) * try_cast(unit_price_number AS DECIMAL(20,6))"
"""Fits DECIMAL(38,12) whatever the factors are, and so never overflows."""


def parse_records(records: DataFrame, mapping: Mapping) -> DataFrame:
    """As lakehouse.sources.parse.parse_records does for JSON, but numbers go through a double.

    Sail's try_variant_get gives no structs, and NULL for a literal; its from_json takes a record with text behind it
    for one of NULLs, which the length of the record as an array tells.
    """
    paths = [str(name) for names in mapping.fields.values() for name in names]
    one = F.expr("json_array_length(concat('[', raw, ']')) = 1 AND startswith(ltrim(raw), '{')")
    whole = F.coalesce(one, F.lit(False))
    # Of a record with text behind it, Spark's from_json keeps the fields.
    parsed = records.withColumn("_parts", F.when(whole, F.from_json("raw", json_shape(paths))))
    values = [F.coalesce(*(_at(str(name)) for name in names)).alias(field) for field, names in mapping.fields.items()]
    fault = F.when(~whole, F.lit("malformed_line"))
    bad_bytes = F.when(F.col("raw_base64").isNotNull(), F.lit("invalid_encoding"))
    broken = F.array_compact(F.array(fault, bad_bytes))
    return parsed.withColumn("fields", F.struct(*values)).withColumn("broken", broken).drop("_parts")


def _at(path: str) -> Column:
    return F.col("_parts." + ".".join(f"`{part}`" for part in path.split(".")))


class _Functions:
    """pyspark.sql.functions, with one expression put otherwise."""

    def __getattr__(self, name: str) -> Any:
        return getattr(F, name)

    def expr(self, text: str) -> Column:
        """The expression, without try_multiply."""
        return F.expr(text.replace(TRY_MULTIPLY, NARROW_MULTIPLY))


def order_lines(parsed: DataFrame, mapping: Mapping) -> DataFrame:
    """lakehouse.transforms.order_lines.order_lines, in which products of any two numbers are computed otherwise."""
    with patch.object(product, "F", _Functions()):
        return product.order_lines(parsed, mapping)
