"""localstack/: as much as can be told without Docker. That the image starts is not tried here."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
import yaml

FOLDER = Path(__file__).parents[2] / "localstack"
HOOK = FOLDER / "init" / "ready.d" / "services.sh"
SERVICES = (
    *("cloudwatch", "dynamodb", "events", "firehose", "iam", "kinesis"),
    *("kms", "logs", "s3", "secretsmanager", "sns", "sts"),
)


@pytest.fixture
def service() -> dict[str, Any]:
    (found,) = yaml.safe_load((FOLDER / "compose.yaml").read_text())["services"].values()
    return dict(found)


def test_image_is_the_last_that_needs_no_token(service: dict[str, Any]) -> None:
    assert service["image"] == "localstack/localstack:4.14.0"


def test_port_is_open_on_loopback_only(service: dict[str, Any]) -> None:
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])


def test_mounted_folders_are_there_and_their_hooks_can_be_run(service: dict[str, Any]) -> None:
    mounted = [FOLDER / volume.split(":")[0] for volume in service["volumes"]]
    assert mounted == [HOOK.parent]
    hooks = list(HOOK.parent.iterdir())
    assert hooks == [HOOK]
    assert all(os.access(hook, os.X_OK) for hook in hooks)


def test_hook_asks_for_no_service_that_is_not_switched_on(service: dict[str, Any]) -> None:
    assert set(SERVICES) <= set(service["environment"]["SERVICES"].split(","))
    assert all(f" {name}" in HOOK.read_text() for name in SERVICES)


class Health(BaseHTTPRequestHandler):
    """Answers as LocalStack's /_localstack/health does."""

    services: ClassVar[dict[str, str]]
    url: ClassVar[str]

    def do_GET(self) -> None:
        content = json.dumps({"services": self.services, "edition": "community", "version": "4.14.0"}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def health() -> Iterator[type[Health]]:
    class Answers(Health):
        services: ClassVar[dict[str, str]] = dict.fromkeys(SERVICES, "available") | {"s3": "running"}

    with HTTPServer(("127.0.0.1", 0), Answers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        Answers.url = f"http://127.0.0.1:{server.server_port}/"
        yield Answers
        server.shutdown()


def run_hook(url: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "HEALTH_URL": url, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
    return subprocess.run([HOOK], env=environment, capture_output=True, text=True, check=False)


def test_hook_says_that_glue_is_not_there(health: type[Health]) -> None:
    done = run_hook(health.url)
    assert (done.returncode, "but Glue" in done.stdout) == (0, True), done.stderr


def test_hook_fails_where_a_service_is_missing(health: type[Health]) -> None:
    health.services["firehose"] = "disabled"
    del health.services["kms"]
    done = run_hook(health.url)
    assert done.returncode == 1
    assert "does not serve firehose kms" in done.stderr
