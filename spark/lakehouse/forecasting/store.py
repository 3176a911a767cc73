"""The MLflow store: where it lies, and whether it answers within seconds."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lakehouse.errors import EnvironmentProblem, LakehouseError, TrackingError

_SQLITE = "sqlite:///"
_PATIENCE = {
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
}
"""MLflow waits minutes for a server that does not answer, and reports its use to its makers; the user's own settings
count before these."""


def local_store(home: Path) -> str:
    """The store of a state that has no other: an SQLite file, with artifacts in the folder `mlflow` beside it."""
    return f"{_SQLITE}{home.resolve() / 'mlflow.db'}"


def local_file(store: str) -> Path | None:
    """The file of an SQLite store; None of another."""
    return Path(store.removeprefix(_SQLITE)) if store.startswith(_SQLITE) else None


def artifact_folder(store: str) -> str | None:
    """Where the artifacts of an SQLite store go, as a URI; None where the store's server knows."""
    file = local_file(store)
    return (file.resolve().parent / "mlflow").as_uri() if file else None


def load_mlflow() -> Any:
    """The module `mlflow`: importing it takes seconds, so it is imported where it is used.

    Raises:
        EnvironmentProblem: it is not installed.
    """
    for name, value in _PATIENCE.items():
        os.environ.setdefault(name, value)
    try:
        import mlflow
    except ImportError as error:
        raise EnvironmentProblem(
            f"MLflow is not installed ({error.name} is missing): pip install 'softcart-lakehouse[ml]'."
        ) from error
    for chatty in ("mlflow", "alembic"):
        logging.getLogger(chatty).setLevel(logging.ERROR)
    return mlflow


@contextmanager
def opened(store: str) -> Iterator[Any]:
    """An `MlflowClient` of the store, which is also MLflow's own default within.

    Args:
        store: an MLflow tracking URI.

    Raises:
        TrackingError: the store is out of reach, at the start or later.
    """
    mlflow = load_mlflow()
    before = mlflow.get_tracking_uri()
    try:
        _require_answer(store)
        mlflow.set_tracking_uri(store)
        client = mlflow.MlflowClient(store)
        client.search_experiments(max_results=1)
        yield client
    except LakehouseError:
        raise
    except _store_errors(mlflow) as error:
        raise TrackingError(f"The MLflow store {_without_password(store)} failed: {_first_line(error)}") from error
    finally:
        mlflow.set_tracking_uri(before)


def _require_answer(store: str) -> None:
    """Ask a database once: MLflow itself would ask for minutes."""
    if store.startswith(("http://", "https://")):
        return
    import sqlalchemy

    file = local_file(store)
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
    engine = sqlalchemy.create_engine(store)
    try:
        sqlalchemy.inspect(engine).get_table_names()
    finally:
        engine.dispose()


def _store_errors(mlflow: Any) -> tuple[type[Exception], ...]:
    from requests import RequestException
    from sqlalchemy.exc import SQLAlchemyError

    return (mlflow.MlflowException, SQLAlchemyError, RequestException, OSError, ImportError)


def _without_password(store: str) -> str:
    return re.sub(r"://([^:/@]*):[^@]*@", r"://\1:***@", store)


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
