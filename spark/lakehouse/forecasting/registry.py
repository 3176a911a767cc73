"""Versions of the sales forecast in MLflow's registry, and which of them is the champion."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lakehouse.errors import TrackingError
from lakehouse.failpoints import state_change
from lakehouse.forecasting.store import load_mlflow

if TYPE_CHECKING:  # the command line names these commands where pandas is not installed
    import pandas as pd

MODEL = "sales_forecast"
CHAMPION = "champion"
PREVIOUS = "previous_champion"
"""Tag of a version: whose place it took, to which `roll_back` returns."""
FORECAST_FILE = "forecast.parquet"


@dataclass(frozen=True)
class Version:
    """A registered version: its number, the model by which it was forecast, and the last day it has seen."""

    number: int
    model: str
    cutoff: date
    run_id: str
    previous: int | None = None

    @property
    def uri(self) -> str:
        """Where MLflow finds it."""
        return f"models:/{MODEL}/{self.number}"


def champion(client: Any) -> Version | None:
    """The champion; None where no version has become one."""
    try:
        return _version(client.get_model_version_by_alias(MODEL, CHAMPION))
    except load_mlflow().MlflowException as error:
        # A model that is not there is RESOURCE_DOES_NOT_EXIST, an alias that is not INVALID_PARAMETER_VALUE.
        if error.error_code in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
            return None
        raise


def versions(client: Any) -> list[Version]:
    """All versions, the latest first."""
    found = [_version(entry) for entry in client.search_model_versions(f"name='{MODEL}'")]
    return sorted(found, key=lambda version: -version.number)


def forecast_of(version: Version) -> pd.DataFrame:
    """The forecast that a version holds: the rows of `Forecaster.rows`."""
    import pandas as pd

    folder = load_mlflow().artifacts.download_artifacts(artifact_uri=version.uri)
    return pd.read_parquet(Path(folder) / "artifacts" / FORECAST_FILE)


def promote(client: Any, version: Version, over: Version | None) -> None:
    """Make a version the champion, after all else about it is written: one write moves the alias.

    Args:
        client: of the store.
        version: the one to promote.
        over: the champion that it was held against.

    Raises:
        TrackingError: another version has become champion meanwhile.
    """
    with state_change(f"promote {MODEL}"):
        if over is not None:
            client.set_model_version_tag(MODEL, str(version.number), PREVIOUS, str(over.number))
        present = champion(client)
        if present != over:
            raise TrackingError(
                f"Version {version.number} of {MODEL} was not promoted: "
                f"{f'version {present.number}' if present else 'none'} has become champion meanwhile. Train again."
            )
        client.set_registered_model_alias(MODEL, CHAMPION, str(version.number))


def roll_back(client: Any) -> tuple[Version, Version]:
    """Make the version before the champion champion again; returns the one that was, and the one that is.

    Raises:
        TrackingError: there is no champion, or none before it.
    """
    present = champion(client)
    if present is None:
        raise TrackingError(f"There is no champion of {MODEL} to take back.")
    before = next((version for version in versions(client) if version.number == present.previous), None)
    if before is None:
        raise TrackingError(
            f"Version {present.number} of {MODEL} is the first champion: there is none before it to go back to."
            if present.previous is None
            else f"Version {present.previous} of {MODEL}, the champion before, is no longer in the registry."
        )
    with state_change(f"roll back {MODEL}"):
        client.set_registered_model_alias(MODEL, CHAMPION, str(before.number))
    return present, before


def _version(entry: Any) -> Version:
    previous = entry.tags.get(PREVIOUS)
    return Version(
        int(entry.version),
        entry.tags["model"],
        date.fromisoformat(entry.tags["cutoff"]),
        entry.run_id,
        int(previous) if previous else None,
    )
