"""Verification: everything recomputed from landing and held against the tables, lake and warehouse, day by day."""

from __future__ import annotations

from dataclasses import dataclass, field

from pyspark.sql import Row, SparkSession

from lakehouse.balance import Difference, by_day, compare, differences
from lakehouse.delta import Lake
from lakehouse.jobs.build_order_lines import judged_records
from lakehouse.jobs.publish_to_warehouse import warehouse_entries
from lakehouse.ledger import Entry, lake_entries, silver_entries
from lakehouse.local_rows import local_rows
from lakehouse.model import DIM_CUSTOMER, DIM_PRODUCT, DISPOSITIONS, FACT_SALES, LANDING_FILES, ORDER_LINES_RAW
from lakehouse.sources.examine import examine
from lakehouse.sources.landing import list_landing
from lakehouse.sources.mapping import Mapping
from lakehouse.sources.plan import FileEntry
from lakehouse.sources.read import read_records
from lakehouse.sources.storage import Storage, read_each
from lakehouse.warehouse.connect import Connection


@dataclass
class Verification:
    """What was found: the ledger's entries, every difference, and notes that are no differences."""

    entries: list[Entry]
    differences: list[Difference] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def agrees(self) -> bool:
        """Whether nothing differs."""
        return not self.differences


def verify(
    spark: SparkSession, lake_root: str, landing: Storage, mapping: Mapping, warehouse: Connection | None
) -> Verification:
    """Recompute the ledger from landing and hold lake and warehouse against it."""
    lake = Lake(spark, lake_root)
    entries = lake_entries(lake)
    entries += warehouse_entries(warehouse, mapping.name) if warehouse else []
    found = Verification(entries)
    plan = _plan(lake, landing, mapping, found)
    found.differences += differences(entries, published=warehouse is not None)
    found.differences += _recomputed(lake, plan, landing, mapping, entries)
    found.differences += _dangling(lake)
    if warehouse is None:
        found.notes.append("nothing has been published to the warehouse yet")
    return found


def _plan(lake: Lake, landing: Storage, mapping: Mapping, found: Verification) -> list[FileEntry]:
    """The loaded files that still lie in landing as they were read; the others are noted, and read from bronze."""
    files = lake.read(LANDING_FILES)
    here = {(file.path, file.content_hash) for file in list_landing(landing, mapping.format).files}
    known = files.collect()
    loaded = [row for row in known if row["status"] == "loaded"]
    same = [row for row in loaded if (row["path"], row["content_hash"]) in here]
    _note_files(found, here, known)
    counts = read_each(landing, lambda row: examine(landing, row["path"], mapping).rows, same)
    for row, counted in zip(same, counts, strict=True):
        if counted != row["rows"]:
            found.differences.append(
                Difference(f"landing ({row['path']})", "bronze", None, None, counted or 0, row["rows"])
            )
    return [FileEntry(**row.asDict()) for row in same]


def _note_files(found: Verification, here: set[tuple[str, str]], known: list[Row]) -> None:
    loaded = {(row["path"], row["content_hash"]) for row in known if row["status"] == "loaded"}
    seen = {(row["path"], row["content_hash"]) for row in known}
    aside = [row for row in known if row["status"] == "set_aside" and (row["path"], row["content_hash"]) in here]
    found.notes += [f"set aside: {row['path']}: {row['problem']}" for row in aside]
    new = sorted(path for path, _ in here - seen)
    if new:
        found.notes.append(
            f"{len(new)} file(s) are new or changed since the last run and not counted, such as {new[0]}"
        )
    gone = sorted(path for path, _ in loaded - here if path not in {name for name, _ in here})
    if gone:
        found.notes.append(
            f"{len(gone)} loaded file(s) are no longer in landing, such as {gone[0]}; bronze keeps their rows"
        )


def _recomputed(
    lake: Lake, plan: list[FileEntry], landing: Storage, mapping: Mapping, entries: list[Entry]
) -> list[Difference]:
    """Read landing again, decide every record again, and compare disposition by disposition, day by day."""
    bronze = lake.read(ORDER_LINES_RAW)
    paths = local_rows(lake.spark, ({"file": entry.path} for entry in plan), "file STRING")
    elsewhere = bronze.join(paths, "file", "left_anti")
    records = elsewhere
    if plan:
        read = read_records(lake.spark, landing, plan, mapping)
        records = read.select(*ORDER_LINES_RAW.column_names).unionByName(elsewhere)
    decided = judged_records(lake, records, mapping)
    again = silver_entries(decided.select(*DISPOSITIONS.column_names))
    stored = [entry for entry in entries if entry.hop == "silver"]
    found = []
    for disposition in sorted({entry.disposition for entry in (*again, *stored)}):
        here, there = (by_day(entries, "silver", (disposition,)) for entries in (again, stored))
        found += compare(f"landing ({disposition}, recomputed)", here, "silver", there)
    facts = by_day(again, "silver"), by_day(entries, "fact_sales")
    return found + compare("landing (fact, recomputed)", facts[0], "fact_sales", facts[1])


def _dangling(lake: Lake) -> list[Difference]:
    """Fact rows whose product or customer version is not there, or not valid at order time."""
    facts = lake.read(FACT_SALES)
    found = []
    for dimension, key in ((DIM_PRODUCT, "product_key"), (DIM_CUSTOMER, "customer_key")):
        versions = lake.read(dimension).select(key, "valid_from", "valid_to")
        valid = facts.join(versions, key).where("order_ts >= valid_from AND order_ts < valid_to").count()
        total = facts.count()
        if valid != total:
            found.append(Difference("fact_sales", dimension.name.removeprefix("gold."), None, None, total, valid))
    return found
