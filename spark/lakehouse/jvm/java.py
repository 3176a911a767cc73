"""The Java that runs Spark: found, and held against what Spark needs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from lakehouse.errors import EnvironmentProblem

REQUIRED_MAJOR = 17

HOW_TO_GET_IT = (
    f"Install a Java {REQUIRED_MAJOR} runtime "
    f"(Debian and Ubuntu: apt-get install openjdk-{REQUIRED_MAJOR}-jre-headless; "
    f"macOS: brew install openjdk@{REQUIRED_MAJOR}) and set JAVA_HOME to it, or put its java on the PATH."
)


def java_home() -> Path | None:
    """The folder that JAVA_HOME names, or None where it is not set."""
    home = os.environ.get("JAVA_HOME")
    return Path(home) if home else None


def find_java() -> str:
    """Path of the java that Spark will start: JAVA_HOME's, else the PATH's.

    Raises:
        EnvironmentProblem: there is none, or it is not version 17.
    """
    home = java_home()
    java = shutil.which("java", path=str(home / "bin") if home else None)
    if java is None:
        place = f"JAVA_HOME is {home}, but no java is in its bin folder" if home else "no java is on the PATH"
        raise EnvironmentProblem(f"Spark needs Java {REQUIRED_MAJOR}, and {place}. {HOW_TO_GET_IT}")
    major = java_major(java)
    if major != REQUIRED_MAJOR:
        found = f"is Java {major}" if major else "does not tell its version"
        raise EnvironmentProblem(f"Spark needs Java {REQUIRED_MAJOR}, and {java} {found}. {HOW_TO_GET_IT}")
    return java


def java_banner(java: str) -> str:
    """What `java -version` prints; empty where it cannot be run."""
    try:
        answer = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=60, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return answer.stderr + answer.stdout


def java_major(java: str) -> int | None:
    """Major version of that java: 17 for `17.0.15`, 8 for `1.8.0_392`; None where it tells none."""
    version = re.search(r'version "(?:1\.)?(\d+)', java_banner(java))
    return int(version.group(1)) if version else None
