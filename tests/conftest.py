"""What all tests share: one Spark session, quick to start, for the whole run."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from lakehouse import codegen
from lakehouse.delta import Lake
from lakehouse.logs import LOGGER
from lakehouse.session import start_session, stop_session

SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    log = tmp_path_factory.mktemp("spark") / "spark.log"
    session = start_session(few_rows=True, driver_memory="2g", log_file=log)
    yield session
    stop_session(session)


@pytest.fixture(scope="module")
def compiled(spark: SparkSession) -> Iterator[SparkSession]:
    """The session as large landings have it: queries become code."""
    with codegen.compiled(spark):
        yield spark


@pytest.fixture
def lake(spark: SparkSession, tmp_path: Path) -> Lake:
    return Lake(spark, str(tmp_path / "lake"))


@pytest.fixture(autouse=True)
def no_state_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the user's own state out of the tests; test clients of loopback servers need no proxy's certificates."""
    monkeypatch.delenv("LAKEHOUSE_HOME", raising=False)
    monkeypatch.delenv("AWS_CA_BUNDLE", raising=False)
    monkeypatch.setenv("NO_COLOR", "1")


@pytest.fixture(autouse=True)
def log_as_it_was() -> Iterator[None]:
    before = LOGGER.handlers, LOGGER.level, LOGGER.propagate
    yield
    LOGGER.handlers, LOGGER.propagate = before[0], before[2]
    LOGGER.setLevel(before[1])


@pytest.fixture(scope="session")
def s3_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a local S3 listens, in a process of its own."""
    pytest.importorskip("moto.server")
    command = [sys.executable, "-m", "moto.server", "--host", "127.0.0.1", "--port", "0"]
    log = tmp_path_factory.mktemp("s3") / "server.log"
    with log.open("wb") as stderr, subprocess.Popen(command, stderr=stderr) as server:
        while not (said := re.search(r"Running on (http://\S+)", log.read_text())) and server.poll() is None:
            time.sleep(0.05)
        assert said, log.read_text()
        yield said[1]
        server.terminate()


@pytest.fixture
def s3(s3_url: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """boto3's client of the local S3, which the environment names for the length of a test."""
    boto3 = pytest.importorskip("boto3")
    named = {"ENDPOINT_URL": s3_url, "ACCESS_KEY_ID": "test", "SECRET_ACCESS_KEY": "test"}
    named |= {"REGION": "us-east-1", "DEFAULT_REGION": "us-east-1"}
    for name, value in named.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    return boto3.client("s3")


@pytest.fixture(scope="session")
def uci_orders() -> Path:
    folder = SHARED_DATA / "uci_online_retail"
    if not folder.is_dir():
        pytest.skip("the UCI Online Retail files are not beside this project: ../shared/data/uci_online_retail")
    return folder
