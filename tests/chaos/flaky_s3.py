"""A proxy before an S3 server that answers some requests as S3 does on a bad day."""

from __future__ import annotations

import re
import socket
import struct
import time
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread

ERROR = '<?xml version="1.0" encoding="UTF-8"?><Error><Code>{code}</Code><Message>{code}</Message></Error>'
ERROR_CODES = {500: "InternalError", 503: "SlowDown"}
OF_ONE_CONNECTION = {"connection", "keep-alive", "transfer-encoding", "expect"}


@dataclass
class Trouble:
    """What happens to the next requests of a method whose path matches: a status, a delay, or a reset in mid-file."""

    method: str
    path: str
    status: int = 0
    seconds: float = 0.0
    reset: bool = False
    times: int = 1


class FlakyS3:
    """The proxy. Troubles are taken up in order; each goes when it has come as often as told."""

    def __init__(self, host: str, port: int) -> None:
        self.upstream = (host, port)
        self._troubles: list[Trouble] = []
        self._lock = Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"proxy": self}))
        self._server.daemon_threads = True
        Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """Where clients find it."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def plan(self, *troubles: Trouble) -> None:
        """Have these happen."""
        with self._lock:
            self._troubles = list(troubles)

    def outstanding(self) -> list[Trouble]:
        """Troubles that have not come, or not yet as often as told."""
        with self._lock:
            return [trouble for trouble in self._troubles if trouble.times]

    def next_for(self, method: str, path: str) -> Trouble | None:
        """The trouble that this request is in for."""
        with self._lock:
            for trouble in self._troubles:
                if trouble.times and trouble.method == method and re.search(trouble.path, path):
                    trouble.times -= 1
                    return trouble
        return None

    def stop(self) -> None:
        """End it."""
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    proxy: FlakyS3

    def _serve(self) -> None:
        trouble = self.proxy.next_for(self.command, self.path)
        length = int(self.headers.get("Content-Length", 0))
        if trouble and trouble.reset and self.command == "PUT":
            self.rfile.read(length // 2)
            self._reset()
            return
        body = self.rfile.read(length)
        if trouble and trouble.status:
            self._answer(trouble.status, [], ERROR.format(code=ERROR_CODES[trouble.status]).encode())
            return
        if trouble:
            time.sleep(trouble.seconds)
        self._forward(body, cut=bool(trouble and trouble.reset))

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _serve  # noqa: N815

    def _forward(self, body: bytes, *, cut: bool) -> None:
        connection = HTTPConnection(*self.proxy.upstream)
        connection.request(self.command, self.path, body, {n: v for n, v in self.headers.items() if _passes_on(n)})
        answer: HTTPResponse = connection.getresponse()
        content = answer.read()
        headers = [(name, value) for name, value in answer.getheaders() if _passes_on(name)]
        self._answer(answer.status, headers, content, cut=cut)
        connection.close()
        if cut:
            self._reset()

    def _answer(self, status: int, headers: list[tuple[str, str]], content: bytes, *, cut: bool = False) -> None:
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() != "content-length" or self.command == "HEAD":
                self.send_header(name, value)
        if self.command != "HEAD":
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if cut else content)

    def _reset(self) -> None:
        """Close the connection in such a way that the client is told of a reset, not of an end."""
        self.wfile.flush()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def log_message(self, *arguments: object) -> None:
        """Keep quiet."""


def _passes_on(header: str) -> bool:
    return header.lower() not in OF_ONE_CONNECTION
