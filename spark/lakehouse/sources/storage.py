"""Where files lie: a folder, or a prefix on S3. What reads landing itself goes through here, without Spark."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol, TypeVar

from lakehouse.addresses import is_s3
from lakehouse.errors import LandingError

S = TypeVar("S")
T = TypeVar("T")


@dataclass(frozen=True)
class LandedFile:
    """One file as it lies there: its path below the landing place, bytes, and what tells its content from another's.

    That is the sha256 of the bytes in hex; on S3 the object's etag, which the listing brings along.
    """

    path: str
    size: int
    content_hash: str


class Storage(Protocol):
    """A place that holds files, below it in any depth. As text it is the address that a user knows it by."""

    kind: str
    """What users call such a place."""

    at_once: int
    """How many files are best read at the same time."""

    @property
    def for_spark(self) -> str:
        """The address under which Spark finds the place."""

    def paths(self) -> list[str]:
        """The path below the place of every file, in order.

        Raises:
            LandingError: the place is not there, or may not be listed.
        """

    def landed_file(self, path: str) -> LandedFile:
        """One of the files listed, with its size and content hash.

        Raises:
            LandingError: it cannot be read.
        """

    def has(self, path: str) -> bool:
        """Whether the file is there now."""

    def open(self, path: str) -> IO[bytes]:
        """The file's bytes, from its beginning; seekable.

        Raises:
            OSError: it is not there any more, or cannot be read.
            LandingError: the place as a whole cannot be read now.
        """


@dataclass(frozen=True)
class Folder:
    """A folder on this machine."""

    folder: Path
    kind = "folder"
    at_once = min(4, os.cpu_count() or 1)

    def __str__(self) -> str:
        return str(self.folder)

    @property
    def for_spark(self) -> str:
        """The folder's absolute path."""
        return str(self.folder.resolve())

    def paths(self) -> list[str]:
        """The path below the folder of every file in it."""
        if not self.folder.is_dir():
            state = "is a file; name its folder" if self.folder.exists() else "does not exist"
            raise LandingError(
                f"The landing folder {self.folder} {state}. Give the folder that holds the files with --landing."
            )
        found = sorted(path for path in self.folder.rglob("*") if path.is_file())
        return [path.relative_to(self.folder).as_posix() for path in found]

    def landed_file(self, path: str) -> LandedFile:
        """The file with the hash of its bytes."""
        file = self.folder / path
        try:
            with file.open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
        except OSError as error:
            raise LandingError(
                f"{file} cannot be read: {error.strerror}. Mend its permissions or move it away."
            ) from error
        return LandedFile(path, file.stat().st_size, digest)

    def has(self, path: str) -> bool:
        """Whether the file is there now."""
        return (self.folder / path).is_file()

    def open(self, path: str) -> IO[bytes]:
        """The file, opened."""
        return (self.folder / path).open("rb")


def storage_at(address: str | Path) -> Storage:
    """The folder or the prefix on S3 that an address names; nothing is looked up yet.

    Raises:
        LandingError: an address on S3 that names no bucket.
        EnvironmentProblem: there is no boto3 to read it with.
    """
    if is_s3(str(address)):
        from lakehouse.sources.s3 import S3Prefix  # needs boto3, which a folder does not

        return S3Prefix.at(str(address))
    return Folder(Path(address))


def read_file(address: str) -> bytes:
    """One whole file, such as a mapping.

    Raises:
        LandingError: it is not there, or cannot be read.
    """
    place, _, name = address.rpartition("/")
    try:
        with storage_at(place).open(name) if is_s3(address) else Path(address).open("rb") as file:
            return file.read()
    except OSError as error:
        raise LandingError(f"{error}: mend the address.") from error


def read_each(storage: Storage, read: Callable[[S], T], items: Sequence[S]) -> list[T]:
    """Do the same with each of several files, as many at once as serves the storage; the results in order."""
    if storage.at_once == 1 or len(items) < 2:
        return [read(item) for item in items]
    with ThreadPoolExecutor(storage.at_once) as pool:
        return list(pool.map(read, items))
