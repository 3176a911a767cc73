"""The registered model: a forecast that is asked by series and horizon.

MLflow copies this file beside each version and runs it where the version is served (models from code): it holds no
pickle and needs MLflow and pandas alone. The package never imports it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import pandas as pd
import yaml
from mlflow.exceptions import MlflowException
from mlflow.pyfunc import PythonModel

_ALL = "All"
_OUTPUT = ["currency", "country", "category", "date", "mean", "low", "high"]


class SalesForecast(PythonModel):  # type: ignore[misc]  # MLflow is not there wherever types are checked
    """Net sales of the days after the cut-off, with their interval, of any series or sum that was forecast."""

    def load_context(self, context: Any) -> None:
        """Read the forecast, and the version that the registry gave it (0 where it came from elsewhere)."""
        file = Path(context.artifacts["forecast"])
        table = pd.read_parquet(file).sort_values(["currency", "country", "category", "date"], ignore_index=True)
        self._horizon = int(table["date"].nunique())
        starts = table.iloc[:: self._horizon]
        keys = zip(starts["currency"], starts["country"], starts["category"], strict=True)
        self._start: dict[tuple[str, str, str], int] = dict(zip(keys, starts.index, strict=True))
        self._table = table.assign(date=table["date"].dt.strftime("%Y-%m-%d"))[_OUTPUT]
        self._version = _registered_version(file.parents[1])

    def predict(self, context: Any, model_input: pd.DataFrame, params: dict[str, Any] | None = None) -> pd.DataFrame:
        """Forecast each row's series.

        Args:
            context: not used.
            model_input: `currency`, `country`, `category`, `horizon`; without category a country's sum, without
                country the currency's.
            params: none are known.

        Returns:
            One row a series and day: currency, country, category, date (ISO 8601), mean, low, high, model_version.

        Raises:
            MlflowException: INVALID_PARAMETER_VALUE where a series is unknown or a horizon cannot be.
        """
        if model_input.empty:
            raise _refused("there is no row to forecast")
        rows = [self._rows(number, row) for number, row in enumerate(model_input.to_dict("records"), start=1)]
        return self._table.iloc[np.concatenate(rows)].assign(model_version=self._version).reset_index(drop=True)

    def _rows(self, number: int, row: dict[str, Any]) -> Any:
        series = tuple(_name(row.get(column)) for column in ("currency", "country", "category"))
        if series[1] == _ALL != series[2]:
            raise _refused(f"row {number} names the category {series[2]} without a country")
        start = self._start.get(series)  # type: ignore[arg-type]
        if start is None:
            raise _refused(
                f"row {number}: there is no forecast of {', '.join(series)}; "
                "what has too little history is summed up as Other"
            )
        return start + np.arange(self._days(number, row["horizon"]))

    def _days(self, number: int, horizon: Any) -> int:
        days = float(horizon)
        if not (days.is_integer() and 1 <= days <= self._horizon):
            raise _refused(f"row {number}: horizon must be a whole number from 1 to {self._horizon}, not {days:g}")
        return int(days)


def _name(value: Any) -> str:
    return _ALL if pd.isna(value) or value == "" else str(value)


def _refused(why: str) -> Exception:
    refusal: Exception = MlflowException.invalid_parameter_value(f"{why[0].upper()}{why[1:]}.")
    return refusal


def _registered_version(folder: Path) -> int:
    """What MLflow writes beside a model that it loads from the registry."""
    file = folder / "registered_model_meta"
    return int(yaml.safe_load(file.read_text())["model_version"]) if file.is_file() else 0


mlflow.models.set_model(SalesForecast())
