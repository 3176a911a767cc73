"""The tables as a data catalogue wants them: infra/modules/catalog/tables.json is made by this module.

Run `python -m lakehouse.model.catalog > infra/modules/catalog/tables.json` when the model changes.
"""

from __future__ import annotations

import json
import re
import sys

from lakehouse.model import TABLES
from lakehouse.model.table import Table


def catalog() -> str:
    """Every table's comment and columns, by layer and name, as JSON; the types are Hive's."""
    layers: dict[str, dict[str, object]] = {}
    for table in TABLES:
        layer, _, name = table.name.partition(".")
        layers.setdefault(layer, {})[name] = _entry(table)
    return json.dumps(layers, indent=2) + "\n"


def _entry(table: Table) -> dict[str, object]:
    columns = [{"name": c.name, "type": _hive_type(c.type), "comment": c.comment} for c in table.columns]
    return {"comment": f"{table.comment}; grain: {table.grain}", "columns": columns}


def _hive_type(spark_type: str) -> str:
    """Spark's type as Hive spells it: in lower case, without a space."""
    return re.sub(r"\s*([:,<>()])\s*", r"\1", spark_type).lower()


if __name__ == "__main__":
    sys.stdout.write(catalog())
