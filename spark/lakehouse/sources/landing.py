"""What lies in a landing place: which files count, and which are left out and why."""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass

from lakehouse.errors import LandingError
from lakehouse.sources.format import Format
from lakehouse.sources.storage import LandedFile, Storage

ENDINGS = {
    "csv": (".csv", ".tsv", ".txt"),
    "json": (".jsonl", ".ndjson", ".json"),
    "parquet": (".parquet",),
}
PACKED = (".gz", ".zst")
HALF_WRITTEN = (".tmp", ".part", ".partial", ".crdownload", "._COPYING_")
SMALL, LARGE = 2_000_000, 32_000_000
"""Bytes of landed files below which planning a query takes longer than computing it, and beyond which computing takes
longer than letting the JVM compile everything, and rows are many (`session.MANY_ROWS`)."""
SMALL_HISTORY = 20_000_000
"""Bytes of all that has landed from which on tables may be large, which a small load reads through or rewrites."""


@dataclass(frozen=True)
class Landing:
    """The files to read, and those left out with the reason."""

    storage: Storage
    files: tuple[LandedFile, ...]
    ignored: tuple[tuple[str, str], ...]

    @property
    def size(self) -> int:
        """Bytes of all files to read."""
        return sum(file.size for file in self.files)

    @property
    def is_small(self) -> bool:
        """Whether a session for few rows suits one who reads all of it."""
        return self.size < SMALL


def list_landing(storage: Storage, form: Format) -> Landing:
    """Look through the place and all below it, and hash what counts.

    Raises:
        LandingError: the place is not there or holds no file of the format.
    """
    files, ignored = [], []
    for path in storage.paths():
        reason = why_ignored(path, form)
        if reason:
            ignored.append((path, reason))
        else:
            files.append(storage.landed_file(path))
    if not files:
        left_out = "; ".join(f"{path}: {reason}" for path, reason in ignored[:3])
        raise LandingError(
            f"The landing {storage.kind} {storage} holds no {form.type} file"
            + (f" ({len(ignored)} left out, such as {left_out}). " if ignored else ". ")
            + f"Files end in {', '.join(_endings(form.type))}; format.files in the mapping names others."
        )
    return Landing(storage, tuple(files), tuple(ignored))


def why_ignored(name: str, form: Format) -> str | None:
    """Why a file of this name below the landing place is left out; None where it counts."""
    if "//" in f"/{name}":
        return "a part of its name between two / is empty, which Spark cannot name"
    if any(part.startswith(("_", ".")) for part in name.split("/")):
        return "hidden: its name, or its folder's, starts with _ or ."
    if name.endswith(HALF_WRITTEN):
        return "half written, by its name"
    if form.files != Format.files:
        # Here ** may stand for no folder at all.
        patterns = (form.files, form.files.replace("**/", ""))
        matches = any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)
        return None if matches else f"not matched by format.files = {form.files!r}"
    return None if _is_named_like(name.rpartition("/")[2].lower(), form.type) else f"not named like a {form.type} file"


def _is_named_like(name: str, kind: str) -> bool:
    # Unless it is told an ending, Firehose names gzipped JSON lines by stream, time and .gz alone.
    by_firehose = kind == "json" and name.endswith(".gz") and name.count(".") == 1
    return by_firehose or name.endswith(_endings(kind))


def _endings(kind: str) -> tuple[str, ...]:
    plain = ENDINGS[kind]
    return plain if kind == "parquet" else (*plain, *(end + packed for end in plain for packed in PACKED))
