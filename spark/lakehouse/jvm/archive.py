"""A class-data-sharing archive: Spark's classes as the JVM leaves them after a start, so that the next start is quick.

An archive belongs to one JVM and one class path; its name holds both, and a JVM that cannot use it goes on without.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from filelock import FileLock

from lakehouse.jvm.jars import cache_folder
from lakehouse.jvm.java import find_java, java_banner

WRITE_TO = "LAKEHOUSE_ARCHIVE_TO"
"""Environment variable: the session that starts under it leaves its classes in this file."""

QUIET = "-Xlog:disable -Xlog:all=off:stderr"


def archive_path(jars: Sequence[Path]) -> Path:
    """Where the archive of this JVM and these jars is, or will be."""
    key = java_banner(find_java()) + "|".join(f"{jar.name}:{jar.stat().st_size}" for jar in jars) + sys.prefix
    return cache_folder() / f"classes-{hashlib.sha256(key.encode()).hexdigest()[:12]}.jsa"


def java_options(jars: Sequence[Path]) -> str:
    """The options that use the archive, or write it where WRITE_TO is set; empty where there is none."""
    writing = os.environ.get(WRITE_TO)
    if writing:
        return f"-XX:ArchiveClassesAtExit={writing} {QUIET}"
    archive = archive_path(jars)
    return f"-XX:SharedArchiveFile={archive} -Xshare:auto {QUIET}" if archive.is_file() else ""


def make_archive(jars: Sequence[Path]) -> Path | None:
    """Start a Spark once, write and read a Delta table, and keep the classes that it loaded.

    Returns:
        The archive, or None where this JVM cannot make one: all works without, only slower.
    """
    archive = archive_path(jars)
    archive.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{archive}.lock"):
        if archive.is_file():
            return archive
        unfinished = archive.with_suffix(".unfinished")
        environment = {**os.environ, WRITE_TO: str(unfinished)}
        subprocess.run(
            [sys.executable, "-m", "lakehouse.jvm.exercise"], env=environment, capture_output=True, check=False
        )
        if not unfinished.is_file():
            return None
        return unfinished.replace(archive)
