"""A lake on S3 on a bad day: Spark tries again, or the run fails clean and the next one goes on."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pyarrow import fs
from pyspark.sql import SparkSession

from lakehouse.model import BRONZE, SILVER
from tests.chaos.contents import contents, differences
from tests.chaos.delivery import deliver, state_in
from tests.chaos.flaky_s3 import FlakyS3, Trouble

if TYPE_CHECKING:
    from tests.chaos.conftest import Undisturbed

server = pytest.importorskip("moto.server")

RAW, LOG, SILVER_FILE = (
    r"order_lines_raw/part-.*\.parquet",
    r"silver/.*_delta_log/.*\.json",
    r"silver/\w+/part-.*parquet",
)
TROUBLES = {
    "internal error": [Trouble("PUT", path, status=500, times=2) for path in (RAW, LOG)]
    + [Trouble("GET", RAW, status=500)],
    "slow down": [Trouble("PUT", path, status=503, times=3) for path in (RAW, LOG)] + [Trouble("GET", RAW, status=503)],
    "timeout": [Trouble("PUT", SILVER_FILE, seconds=4), Trouble("GET", RAW, seconds=4)],
    "reset": [Trouble("PUT", RAW, reset=True), Trouble("GET", RAW, reset=True), Trouble("PUT", LOG, reset=True)],
}


@pytest.fixture(scope="module")
def s3() -> Iterator[FlakyS3]:
    running = server.ThreadedMotoServer(port=0, verbose=False)
    running.start()
    proxy = FlakyS3(*running.get_host_and_port())
    yield proxy
    proxy.stop()
    running.stop()


@pytest.fixture
def files(s3: FlakyS3) -> fs.S3FileSystem:
    keys = {"access_key": "test", "secret_key": "test", "region": "us-east-1"}
    address = s3.url.removeprefix("http://")
    return fs.S3FileSystem(endpoint_override=address, scheme="http", allow_bucket_creation=True, **keys)


@pytest.fixture
def bucket(spark: SparkSession, s3: FlakyS3, files: fs.S3FileSystem, kind: str) -> str:
    """A bucket that Spark reaches through the proxy, and gives up waiting for after two seconds."""
    name = f"lake-{kind.replace(' ', '-')}"
    files.create_dir(name)
    settings = {
        "endpoint": s3.url, "endpoint.region": "us-east-1", "path.style.access": "true",
        "connection.ssl.enabled": "false", "access.key": "test", "secret.key": "test",
        "aws.credentials.provider": "org.apache.hadoop.fs.s3a.SimpleAWSCredentialsProvider",
        "connection.timeout": "2s", "retry.interval": "100ms",
    }  # fmt: skip
    for setting, value in settings.items():
        spark.conf.set(f"fs.s3a.bucket.{name}.{setting}", value)
    return name


@pytest.mark.parametrize("kind", TROUBLES)
def test_trouble_with_s3_changes_nothing_in_the_end(
    spark: SparkSession,
    undisturbed: Undisturbed,
    s3: FlakyS3,
    files: fs.S3FileSystem,
    bucket: str,
    tmp_path: Path,
    kind: str,
) -> None:
    state = state_in(tmp_path, tmp_path / "landing")
    deliver(state.landing, 1)
    s3.plan(*TROUBLES[kind])
    common = {"lake": f"s3a://{bucket}/lake", "source": state.source, "run_id": "run"}
    for job, others in (("ingest_orders", {"landing": str(state.landing)}), ("build_order_lines", {})):
        module = import_module(f"lakehouse.jobs.{job}")
        module.run(spark, module.Config(**common, **others))
    assert s3.outstanding() == []
    tables = [table.name for table in (*BRONZE, *SILVER)]
    fs.copy_files(f"{bucket}/lake", str(state.lake), source_filesystem=files)
    found, expected = contents(state), undisturbed.left[1]
    assert differences({name: expected[name] for name in tables}, {name: found[name] for name in tables}) == []
