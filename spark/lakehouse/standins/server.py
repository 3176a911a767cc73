"""`python -m lakehouse.standins.server`: moto's server with this project's corrections, in a process of its own."""

from __future__ import annotations

import argparse
import json
import os
import signal
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import moto
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug import Request, Response
from werkzeug.serving import BaseWSGIServer, make_server

from lakehouse.atomic import replace_file
from lakehouse.standins import corrections
from lakehouse.standins.corrections.glue import RecordRefused, record_job_run, record_workflow_run
from lakehouse.standins.environment import LOOPBACK
from lakehouse.standins.local_aws import HEALTH, JOB_RUN, WORKFLOW_RUN, record_file

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class QuietRequestHandler(MotoRequestHandler):
    """Keeps the log for faults: one line for each request would make it the largest file of all."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Write nothing."""


class LocalAws:
    """moto's application, and beside it what no API of AWS can say: the server's health and the states of job runs."""

    def __init__(self) -> None:
        self._moto = DomainDispatcherApplication(create_backend_app)
        self._own: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            HEALTH: lambda _: {"pid": os.getpid(), "moto": moto.__version__},
            JOB_RUN: record_job_run,
            WORKFLOW_RUN: record_workflow_run,
        }

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        own = self._own.get(environ.get("PATH_INFO", ""))
        answer: Wsgi = _own_answer(own) if own else self._moto
        return answer(environ, start_response)


def _own_answer(own: Callable[[dict[str, Any]], dict[str, Any]]) -> Wsgi:
    @Request.application
    def answer(request: Request) -> Response:
        try:
            content, status = own(json.loads(request.get_data() or b"{}")), 200
        except RecordRefused as refused:
            content, status = {"message": str(refused)}, 400
        return Response(json.dumps(content), status=status, mimetype="application/json")

    return answer


def bind(port: int) -> BaseWSGIServer:
    """A server on loopback; port 0 takes a free one."""
    return make_server(LOOPBACK, port, LocalAws(), threaded=True, request_handler=QuietRequestHandler)


def serve(port: int, folder: Path) -> None:
    """Serve until SIGTERM or SIGINT; what Firehose holds back is delivered before the end."""
    # moto asks its own server in places, such as for the URL of a stack's template.
    os.environ["MOTO_PORT"] = str(port)
    server = bind(port)
    for stop in (signal.SIGTERM, signal.SIGINT):
        # shutdown() waits for serve_forever() to return, which runs in the thread that takes the signal.
        signal.signal(stop, lambda *_: threading.Thread(target=server.shutdown).start())
    record = record_file(folder)
    with corrections.deliveries():
        replace_file(record, json.dumps({"pid": os.getpid(), "port": server.port}))
        try:
            server.serve_forever()
        finally:
            server.server_close()
            record.unlink(missing_ok=True)


def main() -> None:
    """Read the command line, correct moto, serve."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--enforce-iam", action="store_true")
    chosen = parser.parse_args()
    corrections.install(enforce_iam=chosen.enforce_iam)
    serve(chosen.port, chosen.folder)


if __name__ == "__main__":
    main()
