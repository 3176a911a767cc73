"""The peer: SoftCart's orders from landing to the star schema in DuckDB alone, the same work and the same answer.

Each table is one SELECT in the file of its name, written to Parquet. It reads whole landing folders once: it has no
memory of what it has read, no change feed and no recovery.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import duckdb

from benchmarks.machine import cores

MEMORY_LIMIT = "4GB"
"""Of DuckDB's buffers; what does not fit goes to files beside the tables."""

LANDING_TABLES = ("landed", "rejected", "bronze")
TABLES = (
    "judged",
    "dispositions",
    "order_lines",
    "quarantine",
    "dim_product",
    "dim_customer",
    "dim_country",
    "dim_category",
    "dim_date",
    "fact_sales",
    "daily_sales",
)
NOT_WRITTEN = {"bronze": "VIEW", "bronze_of_lake": "VIEW", "judged": "TABLE"}
"""Steps on the way: `bronze` adds line numbers to `landed`, `judged` is read four times and not kept."""


def build(out: Path, *, landing: Path | None = None, bronze: Sequence[str] = ()) -> dict[str, float]:
    """Build every table as `<out>/<table>.parquet`.

    Args:
        landing: folder of gzip JSON lines, as `lakehouse generate` writes them.
        bronze: or Parquet files of bronze.order_lines_raw, to begin from there.

    Returns:
        Seconds by table.
    """
    out.mkdir(parents=True, exist_ok=True)
    seconds = {}
    with duckdb.connect(config={"memory_limit": MEMORY_LIMIT, "temp_directory": str(out / "spilled")}) as database:
        database.execute(f"SET threads = {cores()}")
        database.execute("SET TimeZone = 'UTC'")
        database.execute("SET enable_progress_bar = false")
        database.execute("SET VARIABLE landing = ?", [str(landing)])
        database.execute("SET VARIABLE bronze = ?", [list(bronze)])
        for table in (*(LANDING_TABLES if landing else ("bronze_of_lake",)), *TABLES):
            started = time.monotonic()
            _build(database, table, out / f"{table}.parquet")
            seconds[table] = round(time.monotonic() - started, 2)
    return seconds


def _build(database: duckdb.DuckDBPyConnection, table: str, path: Path) -> None:
    select = (Path(__file__).parent / f"{table}.sql").read_text(encoding="utf-8")
    # Lines are numbered by their order in `landed`; elsewhere no order is asked for, which takes less memory.
    ordered = table == "landed"
    database.execute(f"SET preserve_insertion_order = {ordered}")
    if table in NOT_WRITTEN:
        name = table.removesuffix("_of_lake")
        database.execute(f"CREATE TEMP {NOT_WRITTEN[table]} {name} AS {select}")
    else:
        database.execute(f"COPY ({select}) TO '{path}' (FORMAT parquet)")
        database.execute(f"CREATE VIEW {table} AS SELECT * FROM read_parquet('{path}', file_row_number = {ordered})")
