"""A deployed job finds its connection to Snowflake in AWS Secrets Manager."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any

import pytest

from lakehouse.errors import EnvironmentProblem, UsageError
from lakehouse.warehouse.connect import connect, parse_target
from lakehouse.warehouse.secret import secret_options

boto3 = pytest.importorskip("boto3")
server = pytest.importorskip("moto.server")

PEM = "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n"
OPTIONS = {"account": "org-shop", "user": "SOFTCART_PUBLISHER", "role": "SOFTCART_TRANSFORMER", "private_key": PEM}


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    running = server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    # What an earlier server of this process was told is still there.
    HTTPConnection(host, port).request("POST", "/moto-api/reset")
    access = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}
    for name, value in {**access, "AWS_ENDPOINT_URL": f"http://{host}:{port}"}.items():
        monkeypatch.setenv(name, value)
    yield boto3.client("secretsmanager")
    running.stop()


def test_connection_is_opened_with_what_the_secret_holds(secrets: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    secrets.create_secret(Name="shop-dev/warehouse", SecretString=json.dumps(OPTIONS))
    asked: dict[str, Any] = {}
    monkeypatch.setattr("snowflake.connector.connect", lambda **options: asked.update(options))
    connect(parse_target("snowflake:secret/shop-dev/warehouse"))
    session = {"TIMEZONE": "UTC"}
    assert asked == {**OPTIONS, "authenticator": "SNOWFLAKE_JWT", "session_parameters": session}


def test_secret_that_is_not_there_is_named(secrets: Any) -> None:
    with pytest.raises(EnvironmentProblem, match=r"The secret shop-dev/warehouse cannot be read: .*ResourceNotFound"):
        secret_options("shop-dev/warehouse")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (PEM, "is no JSON"),
        (
            '{"account": "org-shop"}',
            "must hold account, private_key, user, and may hold role, warehouse; it holds account",
        ),
        (json.dumps({**OPTIONS, "pasword": "x"}), "it holds account, pasword, private_key"),
    ],
)
def test_secret_that_holds_something_else_is_refused(secrets: Any, text: str, told: str) -> None:
    secrets.create_secret(Name="odd", SecretString=text)
    with pytest.raises(UsageError, match=told):
        secret_options("odd")
