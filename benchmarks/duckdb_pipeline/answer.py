"""The answer that a pipeline came to, in a form that two can be held against each other in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
from deltalake import DeltaTable

from lakehouse.uptodate import data_files

TABLES = {
    "dispositions": "silver",
    "quarantine": "silver",
    "dim_product": "gold",
    "dim_customer": "gold",
    "dim_country": "gold",
    "dim_category": "gold",
    "dim_date": "gold",
    "fact_sales": "gold",
    "daily_sales": "gold",
}
"""What is compared, and the layer of the lake that holds it."""

QUERIES = {
    "dispositions": """
        SELECT disposition, count(*), sum(amount), count(*) - count(amount),
               sum(hash(file, line_number, order_date, CAST(amount AS DECIMAL(28, 4)),
                        CASE WHEN disposition <> 'quarantined' THEN line_id END))
        FROM dispositions GROUP BY disposition""",
    "quarantine": """
        SELECT reason, count(*), sum(hash(file, line_number)) FROM (
            SELECT file, line_number, unnest(reasons) AS reason FROM quarantine
        ) GROUP BY reason""",
    "dim_product": """
        SELECT count(*), sum(hash(product_id, product_name, category, CAST(valid_from AS TIMESTAMP),
                                  CAST(valid_to AS TIMESTAMP), is_current))
        FROM dim_product""",
    "dim_customer": """
        SELECT count(*), sum(hash(customer_id, country, CAST(valid_from AS TIMESTAMP), CAST(valid_to AS TIMESTAMP),
                                  is_current))
        FROM dim_customer""",
    "dim_country": "SELECT country FROM dim_country",
    "dim_category": "SELECT category FROM dim_category",
    "dim_date": "SELECT * FROM dim_date",
    "fact_sales": """
        SELECT date_trunc('month', f.order_date), count(*), sum(f.net_amount),
               sum(hash(f.line_id, f.source, f.order_id, f.line_type, CAST(f.order_ts AS TIMESTAMP), f.order_date,
                        f.currency, f.date_key, f.quantity, f.unit_price, f.net_amount, co.country, ca.category,
                        p.product_id, p.product_name, p.category, CAST(p.valid_from AS TIMESTAMP),
                        c.customer_id, c.country, CAST(c.valid_from AS TIMESTAMP)))
        FROM fact_sales AS f
        LEFT JOIN dim_product AS p USING (product_key)
        LEFT JOIN dim_customer AS c USING (customer_key)
        LEFT JOIN dim_country AS co USING (country_key)
        LEFT JOIN dim_category AS ca USING (category_key)
        GROUP BY ALL""",
    "daily_sales": "SELECT * FROM daily_sales",
}
"""Large tables by a sum of hashes over whole rows; surrogate keys through the rows that they point at, since each
pipeline has hashes of its own."""

Answer = dict[str, list[tuple[Any, ...]]]


def answer_of_lake(lake: Path) -> Answer:
    """The answer in the Delta tables below `lake`."""
    return _answer({table: data_files(DeltaTable(str(lake / layer / table))) for table, layer in TABLES.items()})


def answer_of_peer(out: Path) -> Answer:
    """The answer in the Parquet files `<out>/<table>.parquet`, or in folders of that name."""
    return _answer({table: _files(out / f"{table}.parquet") for table in TABLES})


def _files(path: Path) -> list[str]:
    return [str(path / "*.parquet")] if path.is_dir() else [str(path)]


def _answer(files: Mapping[str, Sequence[str]]) -> Answer:
    with duckdb.connect() as database:
        database.execute("SET TimeZone = 'UTC'")
        for table, paths in files.items():
            database.read_parquet(list(paths)).create_view(table)
        return {name: sorted(database.execute(query).fetchall(), key=str) for name, query in QUERIES.items()}


def differing(one: Answer, other: Answer) -> list[str]:
    """Names of the tables in which two answers differ."""
    return [name for name in QUERIES if one[name] != other[name]]
