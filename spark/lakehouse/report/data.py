"""What the report shows, as plain values, read from lake and warehouse without starting Spark."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal

from lakehouse.balance import Difference, differences
from lakehouse.ledger import Entry
from lakehouse.model import LEDGER
from lakehouse.report.lake import (
    Accuracy,
    Example,
    Forecast,
    Reason,
    accuracies,
    examples,
    forecasts,
    reasons,
)
from lakehouse.report.sales import Sales, read_sales
from lakehouse.settings import State
from lakehouse.uptodate import files_set_aside, last_runs, table_rows
from lakehouse.warehouse.connect import Connection


@dataclass(frozen=True)
class Step:
    """The newest run of one job."""

    job: str
    run_id: str
    finished_at: datetime
    seconds: float
    rows: int


@dataclass(frozen=True)
class Report:
    """All that the page shows. `sales` and `forecasts` keep currencies apart: nothing is summed across them."""

    source: str
    made_at: datetime
    sales: list[Sales]
    ledger: list[Entry] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    forecasts: dict[str, Forecast] = field(default_factory=dict)
    accuracies: list[Accuracy] = field(default_factory=list)
    reasons: list[Reason] = field(default_factory=list)
    examples: list[Example] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    set_aside: list[tuple[str, str]] = field(default_factory=list)

    def lines(self, hop: str, *dispositions: str) -> int:
        """Lines in the ledger at one hop, of the dispositions named, else of all."""
        return sum(e.rows for e in self.ledger if e.hop == hop and (e.disposition in dispositions or not dispositions))

    def amount(self, hop: str, currency: str) -> Decimal:
        """What the ledger's lines of one hop and currency come to."""
        of_hop = (e.amount for e in self.ledger if e.hop == hop and e.currency == currency)
        return sum((amount for amount in of_hop if amount is not None), Decimal(0))

    @property
    def last_day(self) -> date | None:
        """The newest day on which something was sold or returned."""
        return max((sales.days[-1].day for sales in self.sales), default=None)


def read_report(state: State, warehouse: Connection) -> Report:
    """Read a state as its last run left it; sections whose tables are not there yet stay empty."""
    ledger = [Entry(**row) for row in table_rows(state, LEDGER)]
    return Report(
        source=state.mapping().name,
        made_at=datetime.now(UTC),
        sales=read_sales(warehouse),
        ledger=ledger,
        differences=differences(ledger, published=True) if ledger else [],
        forecasts=forecasts(state),
        accuracies=accuracies(state),
        reasons=reasons(state),
        examples=examples(state),
        steps=list(_steps(state)),
        set_aside=files_set_aside(state),
    )


def _steps(state: State) -> Iterable[Step]:
    """In the order in which the jobs ran."""
    for run in sorted(last_runs(state).values(), key=lambda run: run["started_at"]):
        changed = sum(dict(run["rows"]).values())
        yield Step(run["job"], run["run_id"], run["finished_at"], run["seconds"], changed)
