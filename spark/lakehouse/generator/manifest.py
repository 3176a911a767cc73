"""What a generation holds, to the row and the cent: the answer that a pipeline reading it must arrive at."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lakehouse.errors import LandingError
from lakehouse.generator.events import Disposition

MANIFEST_NAME = "_manifest.json"
"""The manifest's file name; readers of landing skip names that begin with an underscore."""

DISPOSITIONS = tuple(disposition.name.lower() for disposition in Disposition)
"""The dispositions' names, in the order in which they are decided."""


@dataclass(frozen=True)
class Tally:
    """A number of rows, the sum of their amounts in dollars (four decimals), and how many have no amount."""

    rows: int
    amount: str
    rows_without_amount: int = 0


@dataclass(frozen=True)
class Manifest:
    """One generation.

    Attributes:
        files, bytes: data files and their size as landed (compressed).
        landed: all rows; the sum of `dispositions`, which are keyed by name.
        quarantined_by_reason: rows for each reason, also where there are none.
        late_files, late_rows: what was delivered days after its time.
        returns: the return lines among the facts.
        fact_by_month: amount of the facts by month of the business date, such as `2024-03`.
        orders, products, customers: distinct ids in the facts; the order id of a return is its own.
        first_business_date, last_business_date: of the facts; None if there are none.
    """

    seed: int
    lines: int
    days: int
    start: str
    changes: bool
    files: int
    bytes: int
    landed: Tally
    dispositions: dict[str, Tally]
    quarantined_by_reason: dict[str, int]
    late_files: int
    late_rows: int
    returns: Tally
    fact_by_month: dict[str, str]
    orders: int
    products: int
    customers: int
    first_business_date: str | None
    last_business_date: str | None

    def write(self, folder: Path) -> None:
        """Write the manifest into the folder that it describes."""
        text = json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n"
        (folder / MANIFEST_NAME).write_text(text, encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """Read the manifest of a generation.

        Raises:
            LandingError: there is none, or it is not one of this version.
        """
        path = folder / MANIFEST_NAME
        try:
            return cls(**_with_tallies(json.loads(path.read_text(encoding="utf-8"))))
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise LandingError(f"{path} is not a generation's manifest ({error}): generate the folder anew") from error


def _with_tallies(read: dict[str, Any]) -> dict[str, Any]:
    tallies = {name: Tally(**read[name]) for name in ("landed", "returns")}
    return read | tallies | {"dispositions": {name: Tally(**tally) for name, tally in read["dispositions"].items()}}
