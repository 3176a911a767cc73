"""What a figure was measured on: the machine, and the versions of what took part."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import psutil

from lakehouse.jvm.jars import COORDINATES
from lakehouse.jvm.java import find_java, java_banner

CORES = 2
"""Cores that every figure is measured on, as far as the machine lets us choose."""

PACKAGES = ("pyspark", "duckdb", "pysail", "sqlglot", "pyarrow", "deltalake", "lightgbm", "statsforecast", "mlflow")


def keep_to_cores(count: int = CORES) -> None:
    """Keep this process, and all that it starts, to the first `count` cores; nothing happens where there is no way."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:count])


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def machine() -> dict[str, str]:
    """The machine: processor, cores used and there, memory, operating system."""
    memory = psutil.virtual_memory().total / 2**30
    return {
        "processor": _processor(),
        "cores": f"{cores()} of {os.cpu_count()}",
        "memory": f"{memory:.0f} GiB",
        "system": f"{platform.system()} {platform.release()}",
    }


def _processor() -> str:
    with suppress(OSError):
        named = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
        if named:
            return named[1]
    return platform.processor() or platform.machine()


def versions() -> dict[str, str]:
    """Versions of Python, Java, the packages that are measured, and this project's commit."""
    found = {"Python": platform.python_version(), "Java": _java()}
    for package in PACKAGES:
        with suppress(PackageNotFoundError):
            found[package] = version(package)
    return {**found, "Delta Lake": COORDINATES[0].rpartition(":")[2], "commit": _commit()}


def _java() -> str:
    named = re.search(r'version "([^"]+)"', java_banner(find_java()))
    return named[1] if named else "unknown"


def _commit() -> str:
    command = ["git", "describe", "--always", "--dirty", "--abbrev=10"]
    told = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parent)
    return told.stdout.strip() or "unknown"
