"""The jars that Spark lacks (Delta Lake, S3A, local files), resolved once by Spark's own Ivy into a cache folder."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import pyspark
from filelock import FileLock

from lakehouse.errors import EnvironmentProblem

AWS_SDK = "2.29.52"
COORDINATES = (
    "io.delta:delta-spark_4.1_2.13:4.2.0",
    "com.globalmentor:hadoop-bare-naked-local-fs:0.1.0",
    "org.apache.hadoop:hadoop-aws:3.4.2",
    *(f"software.amazon.awssdk:{module}:{AWS_SDK}" for module in ("s3", "s3-transfer-manager", "sts", "apache-client")),
)
# hadoop-aws asks for the 600 MB bundle of every AWS client; the four modules above are what S3A uses of it.
# The rest is in pyspark already.
EXCLUDED = (
    "software.amazon.awssdk:bundle",
    "org.apache.hadoop:hadoop-client-api",
    "org.apache.hadoop:hadoop-client-runtime",
    "com.github.luben:zstd-jni",
    "org.apache.parquet:parquet-hadoop",
    "org.apache.logging.log4j:log4j-core",
    "org.locationtech.jts:jts-core",
)


def cache_folder() -> Path:
    """Where jars and class archives are kept between runs: LAKEHOUSE_CACHE, else the user's cache folder."""
    chosen = os.environ.get("LAKEHOUSE_CACHE")
    base = os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache"))
    return Path(chosen) if chosen else Path(base) / "softcart-lakehouse"


def spark_jars() -> list[Path]:
    """The jars to put on Spark's class path, resolved on the first call (24 MB, some 40 seconds).

    Raises:
        EnvironmentProblem: they are not in the cache and cannot be fetched.
    """
    key = hashlib.sha256(repr((COORDINATES, EXCLUDED, pyspark.__version__)).encode()).hexdigest()[:12]
    folder = cache_folder() / f"jars-{key}"
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{folder}.lock"):
            if not folder.is_dir():
                _resolve_into(folder)
    return sorted(folder.glob("*.jar"))


def _resolve_into(folder: Path) -> None:
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        ivy = Path(scratch) / "ivy"
        _run_ivy(ivy)
        chosen = Path(scratch) / "chosen"
        chosen.mkdir()
        shipped = {_artifact(jar.name) for jar in (Path(pyspark.__file__).parent / "jars").glob("*.jar")}
        for jar in (ivy / "jars").glob("*.jar"):
            name = jar.name.split("_", 1)[1]  # Ivy puts the group before the name
            if _artifact(name) not in shipped:
                shutil.copy(jar, chosen / name)
        chosen.rename(folder)


def _run_ivy(ivy: Path) -> None:
    nothing = ivy.parent / "nothing.py"
    nothing.write_text("")
    submit = Path(pyspark.__file__).parent / "bin" / "spark-submit"
    command = [str(submit), "--packages", ",".join(COORDINATES), "--exclude-packages", ",".join(EXCLUDED)]
    command += ["--conf", f"spark.jars.ivy={ivy}", str(nothing)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if answer.returncode != 0:
        reason = next((line.strip() for line in answer.stderr.splitlines() if "not found" in line), "see below")
        raise EnvironmentProblem(
            f"Spark's jars could not be fetched from Maven Central ({reason}). Check the network, or name a mirror "
            f"with `spark.jars.ivySettings` in spark-defaults.conf, and run again.\n{answer.stderr[-2000:]}"
        )


def _artifact(jar: str) -> str:
    """Name of a jar without its version: `s3-2.29.52.jar` gives `s3`."""
    return re.sub(r"-\d[\w.]*(-[\w.]+)?\.jar$", "", jar)
