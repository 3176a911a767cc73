"""Publishing again what an undisturbed run exported: all of it but the work of Spark, so that it takes a moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from lakehouse.delta import Lake, Version
from lakehouse.jobs import publish_to_warehouse
from lakehouse.model import PUBLISHED, Table
from lakehouse.pipeline import job_arguments
from lakehouse.settings import State
from lakehouse.warehouse import publish
from lakehouse.warehouse.load import Export, Mark
from tests.chaos.delivery import OPTIONS


@dataclass(frozen=True)
class Replay:
    """Loads the exports of one delivery into a warehouse of its own, beside the lake and exports of another state."""

    state: State
    exported: dict[str, Export]

    @classmethod
    def beside(cls, undisturbed: State, home: Path, exported: dict[str, Export]) -> Replay:
        """In a new folder, or one that another delivery's replay has used."""
        state = State(home, undisturbed.source, undisturbed.landing)
        if not home.exists():
            home.mkdir()
            state.lake.symlink_to(undisturbed.lake.resolve())
            state.exports.symlink_to(undisturbed.exports.resolve())
        return cls(state, exported)

    def run(self, *tables: Table) -> None:
        """Migrate, load and merge, as the job does; only these tables where any are named."""
        values = job_arguments(self.state, OPTIONS, "replay")
        names = [field.name for field in fields(publish_to_warehouse.Config) if field.name in values]
        config = publish_to_warehouse.Config(**{name: values[name] for name in names})
        lake, now = Lake(None, config.lake), {name: _version(export.mark) for name, export in self.exported.items()}  # type: ignore[arg-type]
        with pytest.MonkeyPatch.context() as patched, publish.opened(config) as connection:
            patched.setattr(publish, "export_changes", partial(self._export, tables or PUBLISHED))
            publish.publish(lake, connection, PUBLISHED, now, config.exports, config.run_id)

    def _export(
        self, wanted: Sequence[Table], lake: Lake, table: Table, now: Version, mark: Mark | None, *others: Any
    ) -> Export | None:
        up_to_date = mark is not None and _version(mark) == now
        return None if up_to_date or table not in wanted else self.exported[table.name]


def _version(mark: Mark) -> Version:
    return Version(mark.delta_table_id, mark.delta_version)
