"""Whether there is anything to do, told in a second: delta-rs reads the lake's own records without a Spark."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import unquote

import pyarrow as pa
from deltalake import DeltaTable
from deltalake.exceptions import TableNotFoundError
from pyarrow.parquet import ParquetDataset

from lakehouse.model import JOB_RUNS, LANDING_FILES, TABLES, Table
from lakehouse.settings import State
from lakehouse.sources.examine import examine
from lakehouse.sources.landing import Landing, list_landing
from lakehouse.sources.mapping import Mapping
from lakehouse.sources.storage import LandedFile


def open_table(state: State, table: Table) -> DeltaTable | None:
    """The table by delta-rs; None where it is not there."""
    path = state.lake / table.name.replace(".", "/")
    try:
        return DeltaTable(str(path)) if path.is_dir() else None
    except TableNotFoundError:
        return None


def data_files(table: DeltaTable) -> list[str]:
    """Paths of the table's Parquet files, which delta-rs tells as URLs."""
    return [unquote(uri) for uri in table.file_uris()]


def table_rows(state: State, table: Table, columns: Sequence[str] | None = None) -> list[dict[str, Any]]:
    """The table's rows as dictionaries; none where it is not there. For the small tables."""
    delta = open_table(state, table)
    files = data_files(delta) if delta else []
    if delta is None or not files:
        return []
    # Not by to_pyarrow_table: Arrow's threads then hold Python objects, and may abort the process when it ends.
    schema = pa.schema(delta.schema().to_arrow())
    read = ParquetDataset(files, schema=schema).read(columns=list(columns) if columns else None)
    rows: list[dict[str, Any]] = read.to_pylist()
    return rows


def is_up_to_date(state: State, jobs: Iterable[str]) -> bool:
    """Whether a run would find nothing new: in landing, in the mapping, in any job's inputs, or in the warehouse."""
    mapping = state.mapping()
    runs = last_runs(state)
    if not state.warehouse.is_file() or any(job not in runs for job in jobs):
        return False
    if any(run["mapping_hash"] != mapping.hash for run in runs.values()):
        return False
    return _landing_is_loaded(state, mapping) and inputs_are_read(state)


def last_runs(state: State) -> dict[str, dict[str, Any]]:
    """The newest logged run of each job."""
    ordered = sorted(table_rows(state, JOB_RUNS), key=lambda run: (run["finished_at"], run["run_id"]))
    return {run["job"]: run for run in ordered}


def _landing_is_loaded(state: State, mapping: Mapping) -> bool:
    known = _known_files(state)
    return "planned" not in known.values() and not _to_load(list_landing(state.storage, mapping.format), known)


def bytes_to_load(state: State, landing: Landing, jobs: Iterable[str]) -> int:
    """The size of the landed files that one of the jobs has before it.

    Those that no run has loaded yet; all of them where the mapping has changed, or where one of the jobs has never
    ended, such as after a first run that was killed.
    """
    now = state.mapping().hash
    runs = last_runs(state)
    as_before = all(job in runs and runs[job]["mapping_hash"] == now for job in jobs)
    return sum(file.size for file in _to_load(landing, _known_files(state) if as_before else {}))


def _known_files(state: State) -> dict[tuple[str, str], str]:
    """The newest status of each file, by path and content hash."""
    readings = sorted(_files(state), key=lambda row: row["batch"])
    return {(row["path"], row["content_hash"]): row["status"] for row in readings}


def _to_load(landing: Landing, known: dict[tuple[str, str], str]) -> list[LandedFile]:
    return [file for file in landing.files if known.get((file.path, file.content_hash)) not in ("loaded", "set_aside")]


def _files(state: State) -> list[dict[str, Any]]:
    return table_rows(state, LANDING_FILES, ["path", "content_hash", "status", "problem", "batch"])


def inputs_are_read(state: State) -> bool:
    """Whether each job has read its tables as they are now: after a run that was killed, much may be left to one."""
    runs = last_runs(state)
    read = {name: seen for run in runs.values() for name, seen in dict(run["inputs"]).items()}
    now = {}
    for table in TABLES:
        delta = open_table(state, table) if table.name in read else None
        if delta is not None:
            now[table.name] = {"id": str(delta.metadata().id), "version": delta.version()}
    seen = [dict(run["inputs"]) for run in runs.values()]
    return all(now.get(name) == version for inputs in seen for name, version in inputs.items())


def files_set_aside(state: State) -> list[tuple[str, str]]:
    """Files of the landing folder that could not be read: path and problem."""
    rows = [row for row in _files(state) if row["status"] == "set_aside"]
    return sorted((row["path"], row["problem"]) for row in rows if state.storage.has(row["path"]))


def vanished_files(state: State) -> list[str]:
    """Files that are loaded and are no longer in landing, or can no longer be read there."""
    mapping = state.mapping()
    loaded = {row["path"]: row["content_hash"] for row in _files(state) if row["status"] == "loaded"}
    landing = list_landing(state.storage, mapping.format)
    here = {file.path: file.content_hash for file in landing.files}
    changed = (path for path in loaded.keys() & here.keys() if loaded[path] != here[path])
    unreadable = {path for path in changed if examine(landing.storage, path, mapping).problem}
    return sorted(loaded.keys() - here.keys() | unreadable)
