"""The champion over HTTP: MLflow's own scoring server, which asks more strictly and refuses in one sentence.

MLflow lets columns pass that no signature names, answers a fault of the model with 400 and a stack trace, and repeats
the data asked for in each refusal. Here each answer of 400 and above is `{"error_code", "message"}`.
"""

from __future__ import annotations

import json
import logging
import socket
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, TypeAlias

import pandas as pd

from lakehouse.errors import TrackingError, UsageError
from lakehouse.forecasting.registry import MODEL, Version, champion
from lakehouse.forecasting.store import load_mlflow, opened

MOST_ROWS = 5_000
"""Rows of one request: enough for every series of a large shop, and answered in a second."""
_LONGEST_MESSAGE = 400
_LOGGER = logging.getLogger("lakehouse.serving")

Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
Application: TypeAlias = Callable[[Message, Receive, Send], Awaitable[None]]


class StrictModel:
    """A loaded model as MLflow's scoring server sees it, refusing what it would let pass."""

    def __init__(self, model: Any) -> None:
        """`model` is what `mlflow.pyfunc.load_model` gave."""
        self.metadata = model.metadata
        self._model = model
        self._known = model.metadata.get_input_schema().input_names()

    def predict(self, data: pd.DataFrame, params: dict[str, Any] | None = None) -> pd.DataFrame:
        """As the model's own.

        Raises:
            MlflowException: the request cannot be answered, or the model fails (INTERNAL_ERROR).
        """
        exception = load_mlflow().MlflowException
        if not isinstance(data, pd.DataFrame):
            raise exception.invalid_parameter_value("Send rows: dataframe_records or dataframe_split.")
        unknown = [str(name) for name in data.columns if name not in self._known]
        if unknown:
            known = ", ".join(self._known)
            raise exception.invalid_parameter_value(f"No such column: {', '.join(unknown)}; there are {known}.")
        if len(data) > MOST_ROWS:
            raise exception.invalid_parameter_value(f"A request may have {MOST_ROWS:,} rows, not {len(data):,}.")
        try:
            return self._model.predict(data, params=params)
        except exception:
            raise
        except Exception as error:
            _LOGGER.exception("the model failed")
            raise exception("The model failed on this request; the server's log says why.") from error


class PlainErrors:
    """An ASGI application whose refusals are all JSON of the same form."""

    def __init__(self, app: Application) -> None:
        """`app` is the application within."""
        self._app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass the request on, as JSON where it does not say what it is; hold back what is refused until its end."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if not any(name == b"content-type" for name, _ in scope["headers"]):
            scope["headers"] = [*scope["headers"], (b"content-type", b"application/json")]
        refusal: list[Message] = []

        async def answer(message: Message) -> None:
            if refusal or (message["type"] == "http.response.start" and message["status"] >= 400):
                refusal.append(message)
                if message["type"] == "http.response.body" and not message.get("more_body"):
                    for part in _plain(refusal):
                        await send(part)
            else:
                await send(message)

        await self._app(scope, receive, answer)


def _plain(refusal: list[Message]) -> list[Message]:
    status = refusal[0]["status"]
    told = b"".join(part.get("body", b"") for part in refusal[1:]).decode(errors="replace")
    code, text = _told(told)
    content = json.dumps({"error_code": code or "BAD_REQUEST", "message": _one_sentence(text)}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(content)).encode())]
    return [
        {"type": "http.response.start", "status": status, "headers": headers},
        {"type": "http.response.body", "body": content},
    ]


def _told(body: str) -> tuple[str | None, str]:
    """Error code and text of MLflow's JSON, of FastAPI's, or of plain text."""
    try:
        content = json.loads(body)
        return content.get("error_code"), str(content.get("message") or content["detail"])
    except (ValueError, AttributeError, KeyError):
        return None, body


def _one_sentence(text: str) -> str:
    """MLflow's message without the request that it repeats and the news of other versions."""
    if text.startswith("Failed to predict data"):
        text = text.partition("\nError: ")[2] or text
    for repeated in ("\nInput:", " IMPORTANT:", "IMPORTANT:"):
        text = text.partition(repeated)[0]
    return " ".join(text.split())[:_LONGEST_MESSAGE]


def load_champion(store: str) -> tuple[Version, Any]:
    """The present champion and its model.

    Raises:
        TrackingError: there is none, or the store is out of reach.
    """
    with opened(store) as client:
        version = champion(client)
        if version is None:
            raise TrackingError(f"No version of {MODEL} is champion yet: `lakehouse run` trains and promotes one.")
        return version, load_mlflow().pyfunc.load_model(version.uri)


def application(model: Any) -> PlainErrors:
    """MLflow's scoring server on a loaded model: POST /invocations; GET /ping, /health, /version."""
    from mlflow.pyfunc import scoring_server

    return PlainErrors(scoring_server.init(StrictModel(model)))


def listen(host: str, port: int) -> socket.socket:
    """A socket on the address; port 0 is any free one.

    Raises:
        UsageError: the address cannot be had.
    """
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.create_server((host, port), family=family, backlog=512)
    except OSError as error:
        raise UsageError(
            f"Cannot listen on {host}:{port}: {error.strerror or error}. Choose another --port."
        ) from error
    # Connections take it over. Without, an answer's body waits 40 ms for word that its head has come.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def serve(app: PlainErrors, listening: socket.socket) -> None:
    """Answer until the process is told to stop."""
    import uvicorn

    uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False)).run(sockets=[listening])
