"""The memory of ingestion: which contents of which files are loaded, and which are to be read next."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from pathlib import Path

from lakehouse.errors import LandingError
from lakehouse.sources.examine import examine
from lakehouse.sources.landing import LandedFile, Landing
from lakehouse.sources.mapping import Mapping


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

    def row(self) -> tuple[str | int | None, ...]:
        """The values in the table's order."""
        return astuple(self)


class Registry:
    """The entries by path and content, as bronze.landing_files has them."""

    def __init__(self, entries: Iterable[FileEntry]) -> None:
        self.entries = {(entry.path, entry.content_hash): entry for entry in entries}

    def planned(self) -> list[FileEntry]:
        """Entries that a run planned and none has marked loaded yet; all of one batch."""
        return [entry for entry in self.entries.values() if entry.status == "planned"]

    def replaced_by(self, planned: Iterable[FileEntry]) -> list[str]:
        """Paths of which an older content is loaded."""
        paths = {entry.path for entry in planned}
        return sorted({e.path for e in self.entries.values() if e.status == "loaded" and e.path in paths})

    def new_entries(self, landing: Landing, mapping: Mapping, *, retry: bool) -> list[FileEntry]:
        """What is new or changed in landing, as the next batch: planned, or set aside where it cannot be read.

        Args:
            retry: look again at files that were set aside, such as under a new mapping.
        """
        batch = max((entry.batch for entry in self.entries.values()), default=0) + 1
        return [
            examined_entry(file, landing.folder, mapping, batch)
            for file in landing.files
            if self._wants(self.entries.get((file.path, file.content_hash)), retry)
        ]

    @staticmethod
    def _wants(known: FileEntry | None, retry: bool) -> bool:
        # A content that was replaced may come back.
        return known is None or known.status == "replaced" or (known.status == "set_aside" and retry)


def examined_entry(file: LandedFile, folder: Path, mapping: Mapping, batch: int) -> FileEntry:
    """Read a file through and say whether it is to be loaded or set aside."""
    found = examine(folder / file.path, mapping)
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
    )


def file_changed_while_read(paths: list[str]) -> LandingError:
    """The error for files whose records are not those that were planned."""
    return LandingError(
        f"{len(paths)} file(s) changed while they were read: {', '.join(paths[:5])}. Their rows are left out, "
        "all other files are loaded; run again when they are written whole."
    )
