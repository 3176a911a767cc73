"""A local AWS, and beside it moto as it comes: each correction is held against both."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

pytest.importorskip("moto")
boto3 = pytest.importorskip("boto3")

from lakehouse.standins.environment import LOOPBACK, REGION, process_environment  # noqa: E402
from lakehouse.standins.local_aws import start, stop  # noqa: E402


@dataclass(frozen=True)
class Aws:
    """An endpoint, and clients of it."""

    url: str
    key: str = "test"
    secret: str = "test"  # noqa: S105
    token: str | None = None

    def client(self, service: str, config: Any = None) -> Any:
        return boto3.client(
            service, endpoint_url=self.url, region_name=REGION, aws_access_key_id=self.key,
            aws_secret_access_key=self.secret, aws_session_token=self.token, config=config,
        )  # fmt: skip

    def bucket(self) -> str:
        """A new bucket's name."""
        name = f"bucket-{uuid4().hex[:12]}"
        self.client("s3").create_bucket(Bucket=name)
        return name


@pytest.fixture(scope="session")
def local_aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    folder = tmp_path_factory.mktemp("local") / "aws"
    yield Aws(start(folder, 0)[0].url)
    stop(folder)


@pytest.fixture(scope="session")
def strict_aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    """A local AWS that enforces the policies of users and roles."""
    folder = tmp_path_factory.mktemp("strict") / "aws"
    yield Aws(start(folder, 0, enforce_iam=True)[0].url)
    stop(folder)


@pytest.fixture(scope="session")
def stock_aws() -> Iterator[Aws]:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "-p", str(port)]
    url = f"http://{LOOPBACK}:{port}"
    server = subprocess.Popen(
        command, env=process_environment(url), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(port, server)
        yield Aws(url)
    finally:
        server.terminate()
        server.wait()


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    while server.poll() is None:
        with suppress(OSError), socket.create_connection((LOOPBACK, port), timeout=1):
            return
        time.sleep(0.05)
    raise AssertionError("moto's server did not start")
