"""The local Spark session: one for a whole run, one for the whole test suite."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pyspark.sql import SparkSession

from lakehouse.codegen import BYTES_WORTH_CODE, COMPILED, INTERPRETED, LARGE_TABLE
from lakehouse.jvm.archive import java_options
from lakehouse.jvm.compiler import compiler_options
from lakehouse.jvm.jars import spark_jars
from lakehouse.jvm.java import find_java

SETTINGS = {
    "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
    "spark.sql.session.timeZone": "UTC",
    # Encodings such as windows-1252 are beyond the short list that Spark 4 allows by default.
    "spark.sql.legacy.javaCharsets": "true",
    # By default Spark plans for a cluster: 200 shuffle partitions, 50 for the log of each Delta table.
    "spark.sql.shuffle.partitions": COMPILED["spark.sql.shuffle.partitions"],
    "spark.databricks.delta.snapshotPartitions": "1",
    "spark.sql.files.openCostInBytes": "131072",
    # What is cached here is read at once and once or twice: compressing it costs more than it saves.
    "spark.sql.inMemoryColumnarStorage.compressed": "false",
    # Every line_id is another: Parquet's attempt at a dictionary of them is in vain.
    "spark.hadoop.parquet.enable.dictionary#line_id": "false",
    # Rows lie by day in each file: of small pages a read of one day takes few.
    "spark.hadoop.parquet.page.row.count.limit": "5000",
    # A later change rewrites the files of its days: those of a first load hold some days each, and upkeep lets them be.
    "spark.sql.files.maxRecordsPerFile": "25000",
    "spark.databricks.delta.optimize.minFileSize": "500000",
    # Hadoop starts a process whenever it sets a local file's mode or looks for a link: some 700 in a small run.
    # Commits stay with Delta's own log store: LocalLogStore loses some where two processes write one table.
    "spark.hadoop.fs.file.impl": "com.globalmentor.apache.hadoop.fs.BareLocalFileSystem",
    "spark.hadoop.spark.sql.streaming.checkpointFileManagerClass": (
        "org.apache.spark.sql.execution.streaming.checkpointing.FileSystemBasedCheckpointFileManager"
    ),
    # Nobody looks at its pages: by default the plans of the last thousand queries would be kept for them.
    "spark.ui.enabled": "false",
    "spark.sql.ui.retainedExecutions": "10",
    "spark.ui.showConsoleProgress": "false",
    # Nor are plans written out for them at length, or the line of Python noted that made each column.
    "spark.sql.ui.explainMode": "simple",
    "spark.python.sql.dataFrameDebugging.enabled": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.sql.sources.parallelPartitionDiscovery.threshold": "10000",
}
FEW_ROWS = {**INTERPRETED, LARGE_TABLE: "none"}
MANY_ROWS = {"spark.sql.shuffle.partitions": "32", "spark.sql.files.maxPartitionBytes": "32m"}
"""In four parts ten million rows spill gigabytes where they are sorted; in smaller ones all cores also stay busy."""


def start_session(
    *,
    driver_memory: str = "3g",
    few_rows: bool = False,
    large_history: bool = False,
    many_rows: bool = False,
    log_file: Path | None = None,
) -> SparkSession:
    """Start the local session.

    Args:
        log_file: where Spark's own log goes; without it, nowhere.
        driver_memory: heap of the one JVM, such as `3g`.
        few_rows: interpret queries, and use only the JVM's first compiler: two thirds of the time for some thousand
            rows, and more for a million.
        large_history: for few rows, where tables may be large that are read through or rewritten.
        many_rows: let the JVM compile all that is busy, read and shuffle in smaller parts: for a million rows and more.

    Raises:
        EnvironmentProblem: no Java 17, or no jars.
    """
    java = find_java()
    os.environ.setdefault("JAVA_HOME", os.path.realpath(f"{os.path.dirname(java)}/.."))  # noqa: PTH120
    # Spark would start its Python helpers with whatever `python3` is on the PATH.
    os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
    jars = spark_jars()
    # A heap of full size from the start, and a collector that runs no threads of its own beside the work.
    heap = f"-Xms{driver_memory} -XX:+UseParallelGC"
    options = f"{java_options(jars)} {compiler_options(quick=few_rows, well=many_rows)} {heap} -Dderby.system.home=/tmp"
    builder = SparkSession.builder.master("local[*]").appName("lakehouse")
    settings = session_settings(few_rows=few_rows, large_history=large_history, many_rows=many_rows)
    for name, value in settings.items():
        builder = builder.config(name, value)
    builder = builder.config("spark.driver.memory", driver_memory)
    builder = builder.config("spark.driver.extraClassPath", os.pathsep.join(map(str, jars)))
    builder = builder.config("spark.driver.extraJavaOptions", options.strip())
    with _output_to(log_file):
        spark = builder.getOrCreate()
    # PySpark logs each analysis error that it raises, with the JVM's whole stack.
    for name in ("SQLQueryContextLogger", "DataFrameQueryContextLogger"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    return spark


def session_settings(*, few_rows: bool = False, large_history: bool = False, many_rows: bool = False) -> dict[str, str]:
    """Spark's settings; the arguments are those of `start_session`."""
    few = {**FEW_ROWS, LARGE_TABLE: str(BYTES_WORTH_CODE)} if large_history else FEW_ROWS
    return {**SETTINGS, **(few if few_rows else MANY_ROWS if many_rows else {}), **s3a_settings()}


@contextmanager
def session(
    *, few_rows: bool = False, large_history: bool = False, log_file: Path | None = None
) -> Iterator[SparkSession]:
    """A local session for the length of a block; the arguments are those of `start_session`."""
    spark = start_session(few_rows=few_rows, large_history=large_history, log_file=log_file)
    try:
        yield spark
    finally:
        stop_session(spark)


def s3a_settings(prefix: str = "spark.hadoop.fs.s3a") -> dict[str, str]:
    """Settings by which S3A finds what boto3 finds: credentials of the environment or a profile, AWS_ENDPOINT_URL."""
    settings = {"aws.credentials.provider": "software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider"}
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    if endpoint:
        # A stand-in's host has no names of its own for buckets.
        settings |= {"endpoint": endpoint, "path.style.access": "true"}
        region = region or "us-east-1"
    if region:
        settings["endpoint.region"] = region
    return {f"{prefix}.{name}": value for name, value in settings.items()}


@contextmanager
def _output_to(log_file: Path | None) -> Iterator[None]:
    """Let a process started here inherit this file as its outputs: to one the JVM logs, to the other Delta prints."""
    sys.stdout.flush()
    sys.stderr.flush()
    kept = {stream: os.dup(stream) for stream in (1, 2)}
    target = os.open(log_file or os.devnull, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    try:
        for stream in kept:
            os.dup2(target, stream)
        yield
    finally:
        for stream, before in kept.items():
            os.dup2(before, stream)
            os.close(before)
        os.close(target)


def jvm_pid(spark: SparkSession) -> int | None:
    """Process id of the session's JVM, which outlives a killed Python for a moment; None where it is remote."""
    process: subprocess.Popen[bytes] | None = getattr(spark.sparkContext._gateway, "proc", None)
    return process.pid if process else None


def stop_session(spark: SparkSession) -> None:
    """Stop the session and wait until its JVM has ended."""
    gateway = spark.sparkContext._gateway
    process: subprocess.Popen[bytes] | None = getattr(gateway, "proc", None)
    spark.stop()
    if gateway is None or process is None:
        return
    gateway.shutdown()
    if process.stdin:
        process.stdin.close()  # the JVM ends when Python's end of the pipe closes
    with suppress(subprocess.TimeoutExpired):
        process.wait(timeout=60)
