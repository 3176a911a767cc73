"""What lies in a landing folder: which files count, and which are left out and why."""

from __future__ import annotations

import fnmatch
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lakehouse.errors import LandingError
from lakehouse.sources.format import Format

ENDINGS = {
    "csv": (".csv", ".tsv", ".txt"),
    "json": (".jsonl", ".ndjson", ".json"),
    "parquet": (".parquet",),
}
PACKED = (".gz", ".zst")
HALF_WRITTEN = (".tmp", ".part", ".partial", ".crdownload", "._COPYING_")


@dataclass(frozen=True)
class LandedFile:
    """One file as it lies there: its path below the landing folder, bytes, and sha256 of the bytes in hex."""

    path: str
    size: int
    content_hash: str


@dataclass(frozen=True)
class Landing:
    """The files to read, and those left out with the reason."""

    folder: Path
    files: tuple[LandedFile, ...]
    ignored: tuple[tuple[str, str], ...]


def list_landing(folder: Path, form: Format) -> Landing:
    """Look through the folder and all below it, and hash what counts.

    Raises:
        LandingError: the folder is not there or holds no file of the format.
    """
    if not folder.is_dir():
        state = "is a file; name its folder" if folder.exists() else "does not exist"
        raise LandingError(f"The landing folder {folder} {state}. Give the folder that holds the files with --landing.")
    files, ignored = [], []
    for path in sorted(_walk(folder)):
        name = path.relative_to(folder).as_posix()
        reason = why_ignored(name, form)
        if reason:
            ignored.append((name, reason))
        else:
            files.append(landed_file(path, name))
    if not files:
        left_out = "; ".join(f"{name}: {reason}" for name, reason in ignored[:3])
        raise LandingError(
            f"The landing folder {folder} holds no {form.type} file"
            + (f" ({len(ignored)} left out, such as {left_out}). " if ignored else ". ")
            + f"Files end in {', '.join(_endings(form.type))}; format.files in the mapping names others."
        )
    return Landing(folder, tuple(files), tuple(ignored))


def why_ignored(name: str, form: Format) -> str | None:
    """Why a file of this name below the landing folder is left out; None where it counts."""
    if any(part.startswith(("_", ".")) for part in name.split("/")):
        return "hidden: its name, or its folder's, starts with _ or ."
    if name.endswith(HALF_WRITTEN):
        return "half written, by its name"
    if form.files != Format.files:
        # Here ** may stand for no folder at all.
        patterns = (form.files, form.files.replace("**/", ""))
        matches = any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)
        return None if matches else f"not matched by format.files = {form.files!r}"
    return None if name.lower().endswith(_endings(form.type)) else f"not named like a {form.type} file"


def landed_file(path: Path, name: str) -> LandedFile:
    """Hash one file.

    Raises:
        LandingError: it cannot be opened.
    """
    try:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise LandingError(f"{path} cannot be read: {error.strerror}. Mend its permissions or move it away.") from error
    return LandedFile(name, path.stat().st_size, digest)


def _walk(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())


def _endings(kind: str) -> tuple[str, ...]:
    plain = ENDINGS[kind]
    return plain if kind == "parquet" else (*plain, *(end + packed for end in plain for packed in PACKED))
