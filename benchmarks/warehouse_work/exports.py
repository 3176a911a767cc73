"""Parquet files as the publishing job exports them: a star of any size, and changes to its fact."""

from __future__ import annotations

from pathlib import Path

import duckdb

from lakehouse.model import FACT_SALES, PUBLISHED

CHANGES = """
    SELECT * REPLACE (quantity + 1 AS quantity, net_amount + unit_price AS net_amount), 'upsert' AS change_type
    FROM fact_sales WHERE hash(line_id, 1) % {every} < 4
    UNION ALL
    SELECT *, 'delete' FROM fact_sales WHERE hash(line_id, 1) % {every} = 4
    UNION ALL
    SELECT * REPLACE (sha256('new ' || line_id) AS line_id), 'upsert'
    FROM fact_sales WHERE hash(line_id, 1) % {every} = 5
"""
"""Of each six changes four are updates, one is a deletion, one is new."""


def write_exports(folder: Path, facts: int, changes: int) -> None:
    """Write `<folder>/star/<table>/` for every published table, and `<folder>/changes/gold.fact_sales/`.

    Args:
        facts: rows of the fact.
        changes: about how many of them change.
    """
    with duckdb.connect(config={"preserve_insertion_order": "false"}) as database:
        database.execute("SET VARIABLE facts = ?", [facts])
        database.execute((Path(__file__).parent / "rows.sql").read_text(encoding="utf-8"))
        for table in PUBLISHED:
            rows = f"SELECT *, 'upsert' AS change_type FROM {table.name.partition('.')[2]}"
            _write(database, rows, folder / "star" / table.name, version=1)
        every = round(6 * facts / changes)
        _write(database, CHANGES.format(every=every), folder / "changes" / FACT_SALES.name, version=2)


def _write(database: duckdb.DuckDBPyConnection, rows: str, folder: Path, version: int) -> None:
    folder.mkdir(parents=True)
    database.execute(
        f"COPY (SELECT *, CAST({version} AS BIGINT) AS delta_version FROM ({rows})) "
        f"TO '{folder / 'part-0.parquet'}' (FORMAT parquet)"
    )
