"""Two warehouses that do the same: the embedded one by the project's own loader, and plain DuckDB by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import duckdb
import pyarrow.parquet as pq

from lakehouse.model import FACT_SALES, PUBLISHED, Table
from lakehouse.settings import project_file
from lakehouse.warehouse.connect import connect, parse_target
from lakehouse.warehouse.load import Export, Mark, load, merge, target
from lakehouse.warehouse.migrate import migrate

Rows = list[tuple[Any, ...]]


class Warehouse(Protocol):
    """What both do."""

    def load(self, folder: str) -> None:
        """Load the exports below `star` or `changes` into staging."""

    def merge(self) -> None:
        """Apply what was loaded to the star."""

    def ask(self, sql: str) -> Rows:
        """Rows of a query."""

    def close(self) -> None:
        """End the session."""


class Embedded:
    """The embedded warehouse, migrated, its stage on the folder of exports."""

    def __init__(self, exports: Path, out: Path) -> None:
        self._exports = exports
        self._connection = connect(parse_target(f"embedded:{out / 'warehouse.duckdb'}"))
        variables = {"exports_url": exports.as_uri(), "warehouse": "LAKEHOUSE", "storage_integration": "LAKE"}
        migrate(self._connection, variables, project_file("snowflake/migrations"))
        self._connection.cursor().execute("use database SOFTCART")

    def load(self, folder: str) -> None:
        """Load by COPY, with the marks, in one transaction."""
        load(self._connection, [self._export(table, folder) for table in _tables(self._exports / folder)])

    def _export(self, table: Table, folder: str) -> Export:
        files = (self._exports / folder / table.name).iterdir()
        rows = sum(pq.read_metadata(file).num_rows for file in files)
        mark = Mark(table.name, "benchmark", 1 if folder == "star" else 2, folder)
        return Export(table, f"{folder}/{table.name}", mark, snapshot=False, rows=rows)

    def merge(self) -> None:
        """Run the MERGE tasks."""
        merge(self._connection)

    def ask(self, sql: str) -> Rows:
        """Rows of a query in Snowflake's SQL."""
        rows: Rows = self._connection.cursor().execute(sql).fetchall()
        return rows

    def close(self) -> None:
        """End the session."""
        self._connection.close()


class Plain:
    """DuckDB with the same tables: staging by INSERT from Parquet, the star by MERGE."""

    def __init__(self, exports: Path, out: Path) -> None:
        self._exports = exports
        self._database = duckdb.connect(out / "plain.duckdb")
        self._loaded: list[Table] = []
        for table in PUBLISHED:
            columns = f"FROM read_parquet('{exports}/star/{table.name}/*.parquet') LIMIT 0"
            for name in (_staging(table), _star(table)):
                self._database.execute(f"CREATE SCHEMA IF NOT EXISTS {name.partition('.')[0]}")
                self._database.execute(f"CREATE TABLE {name} AS {columns}")
            self._database.execute(f"ALTER TABLE {_star(table)} DROP COLUMN change_type")
            self._database.execute(f"ALTER TABLE {_star(table)} DROP COLUMN delta_version")

    def load(self, folder: str) -> None:
        """Load by INSERT, in one transaction."""
        self._loaded = _tables(self._exports / folder)
        self._database.begin()
        for table in self._loaded:
            files = f"read_parquet('{self._exports}/{folder}/{table.name}/*.parquet')"
            self._database.execute(f"DELETE FROM {_staging(table)}")
            self._database.execute(f"INSERT INTO {_staging(table)} BY NAME FROM {files}")
        self._database.commit()

    def merge(self) -> None:
        """Apply the last change of each key, leaving equal rows alone."""
        for table in self._loaded:
            self._database.execute(_merge(table))

    def ask(self, sql: str) -> Rows:
        """Rows of a query."""
        return self._database.execute(sql).fetchall()

    def close(self) -> None:
        """Close the file."""
        self._database.close()


def _tables(folder: Path) -> list[Table]:
    return [table for table in PUBLISHED if (folder / table.name).is_dir()]


def _star(table: Table) -> str:
    return target(table).removeprefix("SOFTCART.")


def _staging(table: Table) -> str:
    return f"STAGING.{table.name.partition('.')[2].upper()}_CHANGES"


def _merge(table: Table) -> str:
    keys, rest = ", ".join(table.key), [name for name in table.column_names if name not in table.key]
    same = " AND ".join(f"t.{name} = s.{name}" for name in table.key)
    differs = " OR ".join(f"t.{name} IS DISTINCT FROM s.{name}" for name in rest)
    sets = ", ".join(f"{name} = s.{name}" for name in rest)
    names, values = ", ".join(table.column_names), ", ".join(f"s.{name}" for name in table.column_names)
    return f"""
        MERGE INTO {_star(table)} AS t
        USING (
            FROM {_staging(table)}
            QUALIFY row_number() OVER (PARTITION BY {keys} ORDER BY delta_version DESC, change_type DESC) = 1
        ) AS s
        ON {same}
        WHEN MATCHED AND s.change_type = 'delete' THEN DELETE
        WHEN MATCHED AND ({differs}) THEN UPDATE SET {sets}
        WHEN NOT MATCHED AND s.change_type = 'upsert' THEN INSERT ({names}) VALUES ({values})
    """


CONTENDERS: dict[str, type[Embedded] | type[Plain]] = {"embedded": Embedded, "duckdb": Plain}
STATE = f"""
    SELECT COUNT(*), SUM(QUANTITY), SUM(NET_AMOUNT), MIN(LINE_ID), MAX(LINE_ID) FROM {_star(FACT_SALES)}
"""
"""What the fact comes to: equal in both after each step."""
