"""How a job's own `SparkSession.builder.getOrCreate()` gets Delta, S3A and the local endpoint."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from lakehouse.jvm.archive import java_options
from lakehouse.jvm.compiler import compiler_options
from lakehouse.jvm.jars import spark_jars
from lakehouse.jvm.java import find_java
from lakehouse.session import FEW_ROWS, SETTINGS
from lakehouse.standins.environment import REGION

# Delta's log store on DynamoDB is for several clusters that write one table, and needs a jar of its own.
LOG_STORE = ("spark.delta.logStore.", "spark.io.delta.storage.")

LOG4J = """\
rootLogger.level = warn
rootLogger.appenderRef.file.ref = file
appender.file.type = File
appender.file.name = file
appender.file.fileName = {log}
appender.file.layout.type = PatternLayout
appender.file.layout.pattern = %d{{yyyy-MM-dd HH:mm:ss}} %p %c{{1}}: %m%n%ex
"""


def s3a_settings(url: str) -> dict[str, str]:
    """S3A for an endpoint on this machine; `s3://`, which is Glue's own file system on AWS, is S3A here."""
    return {
        "spark.hadoop.fs.s3a.endpoint": url,
        "spark.hadoop.fs.s3a.endpoint.region": REGION,
        "spark.hadoop.fs.s3a.path.style.access": "true",
        "spark.hadoop.fs.s3a.aws.credentials.provider": (
            "software.amazon.awssdk.auth.credentials.EnvironmentVariableCredentialsProvider"
        ),
        "spark.hadoop.fs.s3.impl": "org.apache.hadoop.fs.s3a.S3AFileSystem",
        "spark.hadoop.fs.AbstractFileSystem.s3.impl": "org.apache.hadoop.fs.s3a.S3A",
    }


def of_log_store(settings: Mapping[str, str]) -> list[str]:
    """Settings that a job is deployed with and that are left out here, where one process writes at a time."""
    return [name for name in settings if name.startswith(LOG_STORE)]


def spark_environment(
    url: str,
    folder: Path,
    deployed: Mapping[str, str],
    jars: Sequence[Path],
    driver_memory: str,
    scratch: Path,
) -> dict[str, str]:
    """Variables for a process whose session is to be as on Glue; the files that they name are written to `folder`.

    Args:
        deployed: the settings of the job's `--conf`.
        jars: the job's own jars, behind those of Delta and S3A.
        scratch: where the JVM puts its temporary files.

    Raises:
        EnvironmentProblem: no Java 17, or no jars of Delta and S3A.
    """
    folder.mkdir(parents=True, exist_ok=True)
    java = find_java()
    left_out = () if jars else of_log_store(deployed)
    kept = {name: value for name, value in deployed.items() if name not in left_out}
    settings = SETTINGS | FEW_ROWS | kept | s3a_settings(url) | _jvm_settings(folder, jars, driver_memory, scratch)
    properties = folder / "spark.properties"
    properties.write_text("".join(f"{name} {value}\n" for name, value in settings.items()))
    # Not SPARK_CONF_DIR: a folder with files on the class path makes the JVM refuse the class archive.
    return {
        "PYSPARK_SUBMIT_ARGS": f"--properties-file {shlex.quote(str(properties.resolve()))} pyspark-shell",
        "JAVA_HOME": str(Path(java).resolve().parents[1]),
        "PYSPARK_PYTHON": sys.executable,
        "PYSPARK_DRIVER_PYTHON": sys.executable,
    }


def _jvm_settings(folder: Path, jars: Sequence[Path], driver_memory: str, scratch: Path) -> dict[str, str]:
    own, logging = spark_jars(), folder / "log4j2.properties"
    logging.write_text(LOG4J.format(log=(folder / "spark.log").as_posix()))
    options = f"{java_options(own)} {compiler_options(quick=True)} -XX:+UseParallelGC"
    # Quoted, for a path may hold a space.
    places = f'"-Djava.io.tmpdir={scratch.resolve()}" "-Dderby.system.home={scratch.resolve()}"'
    places += f" -Dlog4j2.configurationFile={logging.resolve().as_uri()}"
    return {
        "spark.master": "local[*]",
        "spark.driver.memory": driver_memory,
        "spark.driver.extraClassPath": os.pathsep.join(map(str, [*own, *jars])),
        "spark.driver.extraJavaOptions": f"{options.strip()} {places}",
    }
