"""`lakehouse aws`: one server, found again, ended without a trace."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from lakehouse.errors import BusyError, EnvironmentProblem
from lakehouse.standins import environment
from lakehouse.standins.local_aws import Running, find, record_file, start, stop
from tests.entrypoints.conftest import Command, lakehouse  # noqa: F401 - a fixture
from tests.standins.conftest import Aws


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "state" / "aws"
    yield folder
    stop(folder)


def test_down_leaves_no_process_no_file_and_no_listener(folder: Path) -> None:
    server, _ = start(folder, 0)
    Aws(server.url).bucket()
    assert stop(folder)
    with pytest.raises(ProcessLookupError):
        os.kill(server.pid, 0)
    assert list(folder.parent.iterdir()) == []
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", server.port)) != 0
    assert not stop(folder)


def test_second_up_gives_the_server_that_runs(folder: Path) -> None:
    server, started = start(folder, 0)
    assert started
    assert start(folder) == (server, False)
    assert start(folder, 0) == (server, False)
    with pytest.raises(BusyError, match=f"runs already, on port {server.port}"):
        start(folder, 1)


def test_port_in_use_is_told_with_a_way_out(folder: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(BusyError, match=rf"Port {port} cannot be had .*--port 0"):
            start(folder, port)
    assert find(folder) is None


def test_server_listens_on_loopback_only(local_aws: Aws) -> None:
    port = int(local_aws.url.rpartition(":")[2])
    hosts = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    for host in hosts - {"127.0.0.1"}:
        with socket.socket() as probe:
            probe.settimeout(2)
            assert probe.connect_ex((str(host), port)) != 0


def test_killed_server_is_not_taken_for_one_that_runs(folder: Path) -> None:
    server, _ = start(folder, 0)
    os.kill(server.pid, signal.SIGKILL)
    os.waitpid(server.pid, 0)
    assert record_file(folder).exists()
    assert find(folder) is None
    again, started = start(folder, 0)
    assert started
    assert again.pid != server.pid


def test_process_that_took_over_a_dead_servers_id_is_not_ended(folder: Path) -> None:
    with subprocess.Popen(["sleep", "60"]) as stranger:
        folder.mkdir(parents=True)
        record_file(folder).write_text(f'{{"pid": {stranger.pid}, "port": 1}}')
        assert not stop(folder)
        assert stranger.poll() is None
        stranger.kill()


def test_sigterm_ends_the_server_and_its_record(folder: Path) -> None:
    server, _ = start(folder, 0)
    os.kill(server.pid, signal.SIGTERM)
    os.waitpid(server.pid, 0)
    assert not record_file(folder).exists()


def test_commands_print_variables_for_a_shell_and_say_where_it_is(
    folder: Path,
    lakehouse: Command,  # noqa: F811
) -> None:
    home = folder.parent
    up = lakehouse("aws", "up", "--port", 0, "--home", home)
    server = find(folder)
    assert isinstance(server, Running)
    assert f"export AWS_ENDPOINT_URL={server.url}" in up.out.splitlines()
    assert "unset AWS_SESSION_TOKEN AWS_PROFILE AWS_CA_BUNDLE" in up.out.splitlines()
    again = lakehouse("aws", "up", "--home", home)
    assert (again.code, again.out) == (0, up.out)
    assert "was up already" in again.words
    assert lakehouse("aws", "status", "--home", home).out == up.out
    assert lakehouse("aws", "down", "--home", home).code == 0
    assert lakehouse("aws", "status", "--home", home).code == 1
    assert lakehouse("aws", "down", "--home", home).code == 0


def test_missing_packages_are_named_with_how_to_get_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "find_spec", lambda name: None if name == "moto" else object())
    with pytest.raises(EnvironmentProblem, match=r"needs moto, .*softcart-lakehouse\[aws\]"):
        environment.require_aws_packages()


def test_proxies_of_the_user_are_not_asked_for_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "intranet")
    assert environment.client_environment("http://127.0.0.1:1")["NO_PROXY"] == "intranet,127.0.0.1,localhost"
