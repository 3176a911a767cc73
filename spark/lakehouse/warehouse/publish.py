"""Tables of the lake into the warehouse: what it lacks, by its own marks, is exported, loaded and merged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from lakehouse.addresses import for_others
from lakehouse.delta import Lake, Version, side_by_side
from lakehouse.model import Table
from lakehouse.settings import project_file
from lakehouse.warehouse.connect import Connection, connect, parse_target
from lakehouse.warehouse.export import export_changes
from lakehouse.warehouse.load import Export, clear_merged, load, merge, pending, published
from lakehouse.warehouse.migrate import migrate


class Destination(Protocol):
    """What the Config of a job that publishes tells of the warehouse."""

    @property
    def exports(self) -> str:
        """Place of the Parquet files, which the warehouse's stage shows: a folder or s3://bucket/prefix."""

    @property
    def warehouse(self) -> str:
        """`embedded:<path>` or `snowflake:<connection name>`."""

    @property
    def migrations(self) -> str:
        """Folder of the SQL scripts; empty for those that the package brings."""

    @property
    def compute(self) -> str:
        """The Snowflake warehouse that the MERGE tasks use."""

    @property
    def storage_integration(self) -> str:
        """What may read `exports` in Snowflake."""


@dataclass
class Published:
    """The rows loaded, by table; whether anything was loaded or merged."""

    rows: dict[str, int] = field(default_factory=dict)
    anything: bool = False


@contextmanager
def opened(to: Destination) -> Iterator[Connection]:
    """A connection to the warehouse, with all migrations applied."""
    url = for_others(to.exports) if "://" in to.exports else Path(to.exports).resolve().as_uri()
    variables = {"exports_url": url, "warehouse": to.compute, "storage_integration": to.storage_integration}
    scripts = Path(to.migrations) if to.migrations else project_file("snowflake/migrations")
    with closing(connect(parse_target(to.warehouse))) as connection:
        migrate(connection, variables, scripts)
        yield connection


def publish(
    lake: Lake, connection: Connection, tables: Sequence[Table], now: Mapping[str, Version], exports: str, run_id: str
) -> Published:
    """Load and merge what the warehouse lacks of the tables, up to their versions of `now`.

    Raises:
        WarehouseError: the warehouse refused or failed.
    """
    marks = published(connection)

    def export(table: Table) -> Export | None:
        return export_changes(lake, table, now[table.name], marks.get(table.name), exports, run_id)

    written = [export for export in side_by_side(export, tables) if export]
    done = Published(load(connection, written), bool(written))
    if pending(connection):
        merge(connection)
        done.anything = True
    clear_merged(connection)
    return done
