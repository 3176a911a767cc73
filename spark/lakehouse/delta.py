"""Delta tables by path: create, read, versions, change feed, and the one way in which jobs write them.

All in DataFrames and SQL, so that the same code runs on Glue, Databricks and Spark Connect.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from contextvars import copy_context
from dataclasses import dataclass
from functools import reduce
from typing import Any, TypeVar

from pyspark.errors import AnalysisException
from pyspark.sql import Column, DataFrame, Observation, Row, SparkSession
from pyspark.sql import functions as F

from lakehouse.addresses import for_spark
from lakehouse.caching import computed_once
from lakehouse.codegen import compiled, worth_code
from lakehouse.days import Days, among_days, on_days
from lakehouse.failpoints import state_change
from lakehouse.logs import telling
from lakehouse.model import Table

S = TypeVar("S")
T = TypeVar("T")


@dataclass(frozen=True)
class Version:
    """A state of a Delta table: a table made again has another id, and its versions start again."""

    id: str
    version: int


@dataclass(frozen=True)
class Written:
    """Rows that one write inserted, updated and deleted."""

    inserted: int = 0
    updated: int = 0
    deleted: int = 0

    @property
    def total(self) -> int:
        """All rows touched."""
        return self.inserted + self.updated + self.deleted


@dataclass(frozen=True)
class Lake:
    """The Delta tables below one folder or S3 prefix, through one session."""

    spark: SparkSession
    root: str

    def path(self, table: Table) -> str:
        """Where the table is: `<root>/<layer>/<name>`."""
        return f"{for_spark(self.root)}/{table.name.replace('.', '/')}"

    def sql_name(self, table: Table) -> str:
        """The table in SQL: delta.`<path>`."""
        return f"delta.`{self.path(table)}`"

    def create(self, *tables: Table) -> set[Table]:
        """Create the tables that are not there yet, and return those."""
        missing = set(tables).difference(self.existing(*tables))
        side_by_side(self._create, missing)
        return missing

    def existing(self, *tables: Table) -> list[Table]:
        """Those of the tables that are there."""
        return [table for table, there in zip(tables, side_by_side(self.has, tables), strict=True) if there]

    def has(self, table: Table) -> bool:
        """Whether the table is there."""
        try:
            return bool(self.read(table).columns)
        except AnalysisException:
            return False

    def _create(self, table: Table) -> None:
        columns = ", ".join(f"{c.name} {c.type} COMMENT {_literal(c.comment)}" for c in table.columns)
        bounds = f"StatsColumns = '{','.join(table.skip_by)}'" if table.skip_by else "NumIndexedCols = 0"
        properties = f"delta.enableChangeDataFeed = {str(table.change_feed).lower()}, delta.dataSkipping{bounds}"
        with state_change(f"create {table.name}"):
            self.spark.sql(
                f"CREATE TABLE IF NOT EXISTS {self.sql_name(table)} ({columns}) USING DELTA "
                f"COMMENT {_literal(table.comment)} TBLPROPERTIES ({properties})"
            )

    def read(self, table: Table) -> DataFrame:
        """The table's rows as they are now."""
        return self.spark.read.format("delta").load(self.path(table))

    def is_empty(self, table: Table) -> bool:
        """Whether the table has no file, told from its log alone."""
        return bool(self._detail(table)["numFiles"] == 0)

    def version(self, table: Table) -> Version:
        """The table's id and newest version."""
        [newest] = self.spark.sql(f"DESCRIBE HISTORY {self.sql_name(table)} LIMIT 1").collect()
        return Version(self._detail(table)["id"], newest["version"])

    def suited_to(self, table: Table) -> AbstractContextManager[None]:
        """What is planned within reads the table through or rewrites it: where it is large, code is generated."""
        return compiled(self.spark, when=self.is_large(table))

    def is_large(self, table: Table) -> bool:
        """Whether the table is worth generated code in a session that interprets."""
        limit = worth_code(self.spark)
        return limit is not None and self._detail(table)["sizeInBytes"] >= limit

    def _detail(self, table: Table) -> Row:
        # Collected as it is: a selection from what a command returns is one query more.
        [detail] = self.spark.sql(f"DESCRIBE DETAIL {self.sql_name(table)}").collect()
        return detail

    def changes(self, table: Table, after: int, until: int) -> DataFrame:
        """Rows changed in the versions after `after`, up to and with `until`: both images of updates."""
        feed = self.spark.read.format("delta").option("readChangeFeed", "true")
        return feed.option("startingVersion", after + 1).option("endingVersion", until).load(self.path(table))

    def update(self, table: Table, assignment: str, condition: str) -> None:
        """UPDATE the rows that meet the condition."""
        self._write(table, "update", f"UPDATE {self.sql_name(table)} SET {assignment} WHERE {condition}")

    def delete(self, table: Table, condition: str) -> None:
        """DELETE the rows that meet the condition."""
        with self.suited_to(table):
            self._write(table, "delete", f"DELETE FROM {self.sql_name(table)} WHERE {condition}")

    def _write(self, table: Table, verb: str, statement: str, **given: Any) -> None:
        with _writing(table, verb) as told:
            told["rows"] = self.spark.sql(statement, **given).collect()[0]["num_affected_rows"]

    def optimize(self, table: Table) -> int:
        """Join the table's small files into larger ones; the number of files that were joined."""
        with telling("table optimized", table=table.name) as told, state_change(f"optimize {table.name}"):
            [done] = self.spark.sql(f"OPTIMIZE {self.sql_name(table)}").collect()
            files = int(done["metrics"]["numFilesRemoved"])
            told["files"] = files
        return files

    def vacuum(self, table: Table, hours: int) -> None:
        """Remove the files that no version of the last `hours` has."""
        with telling("table vacuumed", table=table.name), state_change(f"vacuum {table.name}"):
            self.spark.sql(f"VACUUM {self.sql_name(table)} RETAIN {hours} HOURS").collect()

    def append_once(self, table: Table, rows: DataFrame, writer: str, batch: int) -> None:
        """Append `rows`, unless this writer has appended this batch, or a later one, before."""
        write = rows.select(*table.column_names).write.format("delta").mode("append")
        with _writing(table, "append"):
            write.option("txnAppId", writer).option("txnVersion", batch).save(self.path(table))

    def reconcile(
        self, table: Table, current: DataFrame | None, desired: DataFrame, days: Days | None = None
    ) -> Written:
        """Make the part of the table that `current` shows equal to `desired`, touching only rows that differ.

        Handed the same rows again it changes nothing and makes no commit, so every job that writes with it may be
        run again at any time.

        Args:
            current: the rows of the table that are up for change; None where the table is empty.
            desired: what they are to be; unique by the table's key.
            days: where given, only rows of these days are up for change, and only files that have some are read.
        """
        if current is None:
            return self.append(table, desired)
        if days is not None:
            current = on_days(current, days)
        changes = computed_once(row_changes(table, current, desired))
        counts = {row["op"]: row["count"] for row in changes.groupBy("op").count().collect()}
        written = Written(counts.get("insert", 0), counts.get("update", 0), counts.get("delete", 0))
        if written.total == written.inserted > 0:
            self.append(table, changes)
        elif written.total:
            self._merge(table, changes, days)
        return written

    def append(self, table: Table, rows: DataFrame) -> Written:
        """Add rows to the table."""
        counted = Observation()
        observed = rows.select(*table.column_names).observe(counted, F.count(F.lit(1)).alias("rows"))
        with _writing(table, "append") as told:
            observed.write.format("delta").mode("append").save(self.path(table))
            told["rows"] = counted.get["rows"]
        return Written(inserted=told["rows"])

    def _merge(self, table: Table, changes: DataFrame, days: Days | None = None) -> None:
        columns = table.column_names
        bounds = [] if days is None else [among_days("t.order_date", days)]
        on = " AND ".join([*(f"t.{name} <=> c.{name}" for name in table.key), *bounds])
        sets = ", ".join(f"t.{name} = c.{name}" for name in columns if name not in table.key)
        names, values = ", ".join(columns), ", ".join(f"c.{name}" for name in columns)
        statement = (
            f"MERGE INTO {self.sql_name(table)} t USING {{changes}} c ON {on} "
            "WHEN MATCHED AND c.op = 'delete' THEN DELETE "
            + (f"WHEN MATCHED THEN UPDATE SET {sets} " if sets else "")
            + f"WHEN NOT MATCHED AND c.op = 'insert' THEN INSERT ({names}) VALUES ({values})"
        )
        with self.suited_to(table):
            self._write(table, "merge", statement, changes=changes)


@contextmanager
def _writing(table: Table, verb: str) -> Iterator[dict[str, Any]]:
    """A failpoint and an event around a write; the event's `rows` are added by whoever knows them."""
    with telling("table written", table=table.name, by=verb) as told, state_change(f"{verb} {table.name}"):
        yield told


def side_by_side(work: Callable[[S], T], items: Iterable[S]) -> list[T]:
    """Do the same for several items at once: while one is planned or committed, Spark computes another."""
    with ThreadPoolExecutor(max_workers=4) as pool:
        # The threads know the run and the job that they work for.
        return [done.result() for done in [pool.submit(copy_context().run, work, item) for item in items]]


def row_changes(table: Table, current: DataFrame, desired: DataFrame) -> DataFrame:
    """The table's columns and `op` (insert, update, delete) for each row in which `desired` differs from `current`.

    A deleted row has its key and nothing else.
    """
    before = current.select(*table.key, F.struct(*table.column_names).alias("_before"))
    after = desired.select(*table.key, F.struct(*table.column_names).alias("_after"))
    joined = before.alias("b").join(after.alias("a"), same_key("b", "a", table.key), "full_outer")
    differing = joined.where("NOT (_before <=> _after)")
    op = F.expr("CASE WHEN _before IS NULL THEN 'insert' WHEN _after IS NULL THEN 'delete' ELSE 'update' END")
    rest = [name for name in table.column_names if name not in table.key]
    keys = [F.coalesce(F.col(f"_after.{name}"), F.col(f"_before.{name}")).alias(name) for name in table.key]
    return differing.select(op.alias("op"), *keys, *(F.col(f"_after.{name}").alias(name) for name in rest))


def same_key(left: str, right: str, key: Sequence[str]) -> Column:
    """The condition that two aliased DataFrames agree in every column of `key`, NULL equal to NULL."""
    equal = [F.col(f"{left}.{name}").eqNullSafe(F.col(f"{right}.{name}")) for name in key]
    return reduce(lambda one, other: one & other, equal)


def among(column: str, texts: Sequence[str]) -> str:
    """The SQL condition that the column is one of the texts. Delta's UPDATE and DELETE take no parameters."""
    return f"{column} IN ({', '.join(map(_literal, texts))})"


def _literal(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
