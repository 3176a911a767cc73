"""The memory of ingestion: which contents of which files are loaded, and which are to be read next."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import astuple, dataclass, replace
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
    """The entries by path and content. Nothing here is written: the job writes the entries when they have changed."""

    def __init__(self, entries: Iterable[FileEntry]) -> None:
        self.entries = {(entry.path, entry.content_hash): entry for entry in entries}

    def planned(self) -> list[FileEntry]:
        """Entries to be read, of one batch."""
        return [entry for entry in self.entries.values() if entry.status == "planned"]

    def unfinished_batch(self) -> int | None:
        """The batch that an earlier run planned and did not mark loaded."""
        return max((entry.batch for entry in self.planned()), default=None)

    def forget_unfinished(self) -> None:
        """Take out a plan of which nothing was read, so that the files are planned as they lie there now."""
        for entry in self.planned():
            del self.entries[entry.path, entry.content_hash]

    def plan(self, landing: Landing, mapping: Mapping, *, retry: bool) -> None:
        """Add what is new or changed in landing as the next batch, and set aside what cannot be read.

        Args:
            retry: look again at files that were set aside, such as under a new mapping.
        """
        batch = max((entry.batch for entry in self.entries.values()), default=0) + 1
        for file in landing.files:
            known = self.entries.get((file.path, file.content_hash))
            again = known is None or known.status == "replaced" or (known.status == "set_aside" and retry)
            if again:
                entry = _entry(file, landing.folder, mapping, batch)
                self.entries[file.path, file.content_hash] = entry

    def mark_loaded(self, batch: int, except_paths: list[str]) -> list[str]:
        """Mark a planned batch loaded, and the older contents of its files replaced.

        Returns:
            Paths whose older content is now replaced.
        """
        loaded = {entry.path for entry in self.planned()} - set(except_paths)
        replaced = []
        for key, entry in list(self.entries.items()):
            if entry.status == "planned" and entry.path in except_paths:
                del self.entries[key]
            elif entry.status == "planned":
                self.entries[key] = replace(entry, status="loaded")
            elif entry.path in loaded and entry.status == "loaded" and entry.batch < batch:
                self.entries[key] = replace(entry, status="replaced")
                replaced.append(entry.path)
        return replaced


def _entry(file: LandedFile, folder: Path, mapping: Mapping, batch: int) -> FileEntry:
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
        f"{len(paths)} file(s) changed while they were read: {', '.join(paths[:5])}. Their rows are left out, all other "
        "files are loaded; run again when they are written whole."
    )
