"""Files of external stages: `file://` folders and `s3://` prefixes."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import unquote

from lakehouse.warehouse.embedded.catalog import missing
from lakehouse.warehouse.embedded.duck import Cursor
from lakehouse.warehouse.embedded.errors import NotSupportedError, OperationalError
from lakehouse.warehouse.embedded.metadata import SCHEMA
from lakehouse.warehouse.embedded.names import Name


@dataclass(frozen=True)
class StageFile:
    """One file: its URL, where DuckDB can read it, and what tells its content from another's."""

    url: str
    local: Path
    size: int
    md5: str


def url_of(cursor: Cursor, stage: Name) -> str:
    """The URL that a stage stands for; a folder's without escapes, to which COPY's path can be joined."""
    row = cursor.execute(f"select url from {SCHEMA}.stages where name = ?", [str(stage)]).fetchone()
    if not row:
        raise missing("Stage", stage)
    url = str(row[0]).rstrip("/")
    return unquote(url) if url.startswith("file://") else url


def check_url(url: str) -> None:
    """Raise NotSupportedError for a URL that no stage can have here."""
    if not url.startswith(("file:///", "s3://")):
        raise NotSupportedError(f"the stage URL '{url}': use file:///folder or s3://bucket/prefix")


@contextmanager
def listed(url: str, pattern: str | None) -> Iterator[list[StageFile]]:
    """The files under a URL in order of their names; those on S3 are held in a temporary folder meanwhile."""
    try:
        if url.startswith("file://"):
            yield [_described(f"file://{path}", path) for path in _local(Path(url.removeprefix("file://")), pattern)]
        else:
            with TemporaryDirectory(prefix="stage-") as folder:
                yield _downloaded(url, pattern, Path(folder))
    except OSError as problem:
        raise OperationalError(f"The files at {url} cannot be read: {problem}") from problem


def _local(place: Path, pattern: str | None) -> list[Path]:
    if place.is_file():
        return [place]
    found = (path for path in place.rglob("*") if path.is_file())
    return sorted(path for path in found if _wanted(str(path), pattern))


def _wanted(path: str, pattern: str | None) -> bool:
    return pattern is None or re.fullmatch(pattern, path) is not None


def _downloaded(url: str, pattern: str | None, folder: Path) -> list[StageFile]:
    from pyarrow import fs  # takes longer to import than a small COPY from a folder takes to run

    remote = fs.S3FileSystem(endpoint_override=os.environ.get("AWS_ENDPOINT_URL") or None)
    selector = fs.FileSelector(url.removeprefix("s3://"), recursive=True, allow_not_found=True)
    found = sorted(info.path for info in remote.get_file_info(selector) if info.type == fs.FileType.File)
    files = []
    for number, path in enumerate(path for path in found if _wanted(path, pattern)):
        local = folder / f"{number}.parquet"
        fs.copy_files(path, str(local), source_filesystem=remote, destination_filesystem=fs.LocalFileSystem())
        files.append(_described(f"s3://{path}", local))
    return files


def _described(url: str, local: Path) -> StageFile:
    with local.open("rb") as content:
        md5 = hashlib.file_digest(content, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
    return StageFile(url, local, local.stat().st_size, md5)
