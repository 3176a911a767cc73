"""One training as a run in MLflow: parameters, metrics, plots, the model, and what they were made from."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from lakehouse.failpoints import state_change
from lakehouse.forecasting.forecaster import Forecaster
from lakehouse.forecasting.plots import backtest_plot, forecast_plot
from lakehouse.forecasting.promotion import Verdict
from lakehouse.forecasting.registry import FORECAST_FILE, MODEL, Version
from lakehouse.forecasting.store import artifact_folder, load_mlflow

EXPERIMENT = MODEL
FIGURES = ("wape", "mase", "bias", "coverage")
_MOST_AT_ONCE = 1000
_SERVED_BY = Path(__file__).with_name("served_model.py")
_NEEDED = ("mlflow", "numpy", "pandas", "pyarrow")


@dataclass(frozen=True)
class Origin:
    """Where the sales come from: the lakehouse's run and source, and the Delta table with its id and version."""

    run_id: str
    source: str
    table_id: str
    table_version: int


@dataclass(frozen=True)
class Training:
    """The challenger: its model, fitted to all sales, and the verdict on the same model without the held-out days."""

    model: str
    forecaster: Forecaster
    scores: pd.DataFrame
    verdict: Verdict


def log_run(client: Any, training: Training, origin: Origin, store: str) -> Version:
    """Keep the run, and register its model; returns the version, which is not the champion yet."""
    with state_change(f"log {EXPERIMENT}"):
        run_id, logged = _logged(client, training, origin, store)
    with state_change(f"register {MODEL}"):
        return _registered(client, training, run_id, logged)


def _logged(client: Any, training: Training, origin: Origin, store: str) -> tuple[str, Any]:
    mlflow = load_mlflow()
    known = client.get_experiment_by_name(EXPERIMENT)
    number = (
        known.experiment_id if known else client.create_experiment(EXPERIMENT, artifact_location=artifact_folder(store))
    )
    with mlflow.start_run(experiment_id=number, run_name=origin.run_id, tags=_tags(origin, training)) as run:
        mlflow.log_params(training.forecaster.settings.as_dict())
        _log_metrics(client, run.info.run_id, training)
        mlflow.log_figure(forecast_plot(training.forecaster, training.model), "forecast.png")
        mlflow.log_figure(backtest_plot(training.forecaster, training.model), "backtest.png")
        return run.info.run_id, _log_model(mlflow, training)


def _registered(client: Any, training: Training, run_id: str, logged: Any) -> Version:
    if not client.search_registered_models(f"name='{MODEL}'"):
        client.create_registered_model(MODEL, description="Daily net sales of the next days: see the package's docs.")
    cutoff = training.forecaster.history.cutoff
    tags = {"model": training.model, "cutoff": cutoff.isoformat(), "why": training.verdict.why}
    entry = client.create_model_version(MODEL, logged.model_uri, run_id, tags, model_id=logged.model_id)
    return Version(int(entry.version), training.model, cutoff, run_id)


def _tags(origin: Origin, training: Training) -> dict[str, str]:
    return {
        "lakehouse.run_id": origin.run_id,
        "lakehouse.source": origin.source,
        "delta.table_id": origin.table_id,
        "delta.table_version": str(origin.table_version),
        "model": training.model,
        "cutoff": training.forecaster.history.cutoff.isoformat(),
        "why": training.verdict.why,
        **code_version(),
    }


def code_version() -> dict[str, str]:
    """The package's version, and in a checkout the commit, with a mark where files differ from it."""
    found = {}
    try:
        found["code.version"] = version("softcart-lakehouse")
    except PackageNotFoundError:
        found["code.version"] = "not installed"
    root = Path(__file__).parents[3]
    if (root / ".git").exists():
        command = ["git", "-C", str(root), "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
        told = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
        found |= {"code.commit": told.stdout.strip()} if told.returncode == 0 else {}
    return found


def _log_metrics(client: Any, run_id: str, training: Training) -> None:
    entity = load_mlflow().entities.Metric
    now = int(time.time() * 1000)
    metrics = [entity(name, value, now, step) for name, value, step in _metrics(training) if np.isfinite(value)]
    for first in range(0, len(metrics), _MOST_AT_ONCE):
        client.log_batch(run_id, metrics=metrics[first : first + _MOST_AT_ONCE])


def _metrics(training: Training) -> Iterator[tuple[str, float, int]]:
    """Name, value and step of each metric: means over the cut-offs, each cut-off (its date the step), unseen days."""
    for (model, level), part in training.scores.groupby(["model", "level"]):
        for figure in FIGURES:
            yield f"{figure}/{level}.{model}", float(part[figure].mean()), 0
            for cutoff, value in zip(part["cutoff"], part[figure], strict=True):
                yield f"{figure}_by_cutoff/{level}.{model}", float(value), int(f"{cutoff:%Y%m%d}")
    for who, wape in training.verdict.wapes.items():
        yield f"unseen_wape/{who}", wape, 0


def _log_model(mlflow: Any, training: Training) -> Any:
    example = pd.DataFrame([{**dict(training.forecaster.history.tree.series[0]._asdict()), "horizon": 7.0}])
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / FORECAST_FILE
        training.forecaster.rows(training.model).to_parquet(file, index=False)
        return mlflow.pyfunc.log_model(
            name="model",
            python_model=str(_SERVED_BY),
            artifacts={"forecast": str(file)},
            signature=_signature(),
            input_example=example[["currency", "country", "category", "horizon"]],
            pip_requirements=[f"{name}=={version(name)}" for name in _NEEDED],
        )


def _signature() -> Any:
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, Schema

    optional = [ColSpec("string", name, required=False) for name in ("country", "category")]
    # A double, so that 7.5 is refused and not cut to 7.
    asked = [ColSpec("string", "currency"), *optional, ColSpec("double", "horizon")]
    texts = [ColSpec("string", name) for name in ("currency", "country", "category", "date")]
    amounts = [ColSpec("double", name) for name in ("mean", "low", "high")]
    return ModelSignature(inputs=Schema(asked), outputs=Schema([*texts, *amounts, ColSpec("long", "model_version")]))
