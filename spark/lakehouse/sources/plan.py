"""The memory of ingestion: which contents of which files are loaded, and which are to be read next."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from lakehouse.errors import LandingError
from lakehouse.sources.examine import examine
from lakehouse.sources.landing import Landing
from lakehouse.sources.mapping import Mapping
from lakehouse.sources.storage import LandedFile, Storage, read_each


@dataclass(frozen=True)
class FileEntry:
    """A row of bronze.landing_files."""

    source: str
    path: str
    content_hash: str
    size: int
    header: str | None
    header_lines: int
    rows: int | None
    status: str
    problem: str | None
    batch: int
    mapping_hash: str
    reading_hash: str


class Registry:
    """The entries of bronze.landing_files; the newest reading of a file's content says where it stands."""

    def __init__(self, entries: Iterable[FileEntry]) -> None:
        self._all = sorted(entries, key=lambda entry: entry.batch)
        self._newest = {(entry.path, entry.content_hash): entry for entry in self._all}

    def planned(self) -> list[FileEntry]:
        """Entries that a run planned and none has marked loaded yet; all of one batch."""
        return [entry for entry in self._all if entry.status == "planned"]

    def set_aside(self) -> list[FileEntry]:
        """Entries of files that could not be read."""
        return [entry for entry in self._all if entry.status == "set_aside"]

    def replaced_by(self, planned: Iterable[FileEntry]) -> list[str]:
        """Paths of the planned files that have an older reading, loaded or set aside."""
        paths = {entry.path for entry in planned}
        older = {entry.path for entry in self._all if entry.status in ("loaded", "set_aside")}
        return sorted(paths & older)

    def new_entries(self, landing: Landing, mapping: Mapping, *, retry: bool) -> list[FileEntry]:
        """What is to be read, as the next batch: planned, or set aside where it cannot be read.

        That is what is new or changed in landing, and what was read in another way than the mapping now says.

        Args:
            retry: look again at files that were set aside, such as under a new mapping.
        """
        batch = max((entry.batch for entry in self._all), default=0) + 1
        wanted = [
            file
            for file in landing.files
            if self._wants(self._newest.get((file.path, file.content_hash)), mapping, retry)
        ]
        return read_each(landing.storage, lambda file: examined_entry(file, landing.storage, mapping, batch), wanted)

    @staticmethod
    def _wants(known: FileEntry | None, mapping: Mapping, retry: bool) -> bool:
        # A content that was replaced may come back.
        if known is None or known.status == "replaced" or (known.status == "set_aside" and retry):
            return True
        return known.status == "loaded" and known.reading_hash != mapping.format.reading_hash


def examined_entry(file: LandedFile, storage: Storage, mapping: Mapping, batch: int) -> FileEntry:
    """Read a file through and say whether it is to be loaded or set aside."""
    found = examine(storage, file.path, mapping)
    return FileEntry(
        source=mapping.name,
        path=file.path,
        content_hash=file.content_hash,
        size=file.size,
        header=json.dumps(found.header) if found.header else None,
        header_lines=found.header_lines,
        rows=found.rows,
        status="set_aside" if found.problem else "planned",
        problem=found.problem,
        batch=batch,
        mapping_hash=mapping.hash,
        reading_hash=mapping.format.reading_hash,
    )


def nothing_loaded(entries: list[FileEntry]) -> LandingError:
    """The error for a landing place of which no file at all can be loaded."""
    first = entries[0]
    return LandingError(
        f"None of the {len(entries)} file(s) could be loaded. {first.path}: {first.problem}\n"
        "`lakehouse source check` shows every problem of a mapping at once."
    )


def file_changed_while_read(paths: list[str]) -> LandingError:
    """The error for files whose records are not those that were planned."""
    return LandingError(
        f"{len(paths)} file(s) changed while they were read: {', '.join(paths[:5])}. Their rows are left out, "
        "all other files are loaded; run again when they are written whole."
    )
