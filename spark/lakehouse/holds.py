"""Holds: too large a share of quarantined rows stops publishing until rows are mended or the user accepts them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lakehouse.delta import Lake, side_by_side
from lakehouse.errors import HeldError
from lakehouse.ledger import LOADED
from lakehouse.local_rows import local_rows
from lakehouse.model import HOLDS, LANDING_FILES, QUARANTINE
from lakehouse.quality import MEANINGS

SMALLEST_BATCH = 1000
"""Rows from which a batch's own share counts: below, a single bad row would stop a quiet day."""
WHOLE_SOURCE = 0


@dataclass(frozen=True)
class Hold:
    """A row of ops.holds."""

    source: str
    batch: int
    rows: int
    quarantined: int
    rule: str
    status: str
    accepted: int

    @property
    def share(self) -> float:
        """Quarantined rows as a share of all."""
        return self.quarantined / self.rows if self.rows else 0.0

    def __str__(self) -> str:
        what = "all rows so far" if self.batch == WHOLE_SOURCE else f"batch {self.batch}"
        meaning = MEANINGS.get(self.rule, "")
        return (
            f"{self.quarantined:,} of {self.rows:,} rows ({self.share:.1%}) of {what} are quarantined, "
            f"most often by the rule {self.rule} ({meaning})"
        )


def judge(shares: Iterable[Hold], before: Iterable[Hold], max_share: float, *, accept: bool) -> list[Hold]:
    """The holds as they are to be kept: open, accepted or mended.

    Args:
        shares: figures of now, for the source as a whole and for each batch; their status is not looked at.
        before: the holds on record.
        accept: whether the user accepts what is quarantined now.
    """
    shares, known = list(shares), {(hold.source, hold.batch): hold for hold in before}
    kept = []
    for share in shares:
        old = known.get((share.source, share.batch))
        accepted = old.accepted if old else 0
        counts = share.batch == WHOLE_SOURCE or share.rows >= SMALLEST_BATCH
        if counts and share.share > max_share:
            accepted = share.quarantined if accept else accepted
            status = "accepted" if share.quarantined <= accepted else "open"
            kept.append(replace(share, status=status, accepted=accepted))
        elif old:
            kept.append(replace(share, status="mended", accepted=accepted))
    # A batch has no rows left where all of its files were replaced.
    gone = known.keys() - {(share.source, share.batch) for share in shares}
    return kept + [replace(known[key], rows=0, quarantined=0, status="mended") for key in sorted(gone)]


def current_shares(lake: Lake) -> list[Hold]:
    """Figures of now: one entry for each batch, and one for all of the source's rows.

    From the two tables that are small, where the ledger balances: it says that silver has every row that was loaded.
    """
    loaded = lake.read(LANDING_FILES).where(LOADED).groupBy("source", "batch").agg(F.sum("rows"))
    broken = lake.read(QUARANTINE).groupBy("batch", "reasons").count()
    counts, quarantined = side_by_side(DataFrame.collect, (loaded, broken))
    rows: Counter[tuple[str, int]] = Counter()
    for source, batch, count in counts:
        rows.update({(source, batch): count, (source, WHOLE_SOURCE): count})
    rules: dict[int, Counter[str]] = defaultdict(Counter)
    bad: Counter[int] = Counter()
    for batch, reasons, count in quarantined:
        for key in (batch, WHOLE_SOURCE):
            bad[key] += count
            rules[key].update(dict.fromkeys(reasons, count))
    return [Hold(*key, count, bad[key[1]], _most_often(rules[key[1]]), "", 0) for key, count in rows.items()]


def _most_often(counts: Mapping[str, int]) -> str:
    return max(sorted(counts), key=lambda rule: counts[rule], default="")


def record_holds(lake: Lake, recorded: DataFrame | None, max_share: float, *, accept: bool) -> list[Hold]:
    """Bring ops.holds to the shares of now.

    Args:
        recorded: the rows of ops.holds; None where it was just made.

    Returns:
        The open holds.
    """
    before = [] if recorded is None else [Hold(**row.asDict()) for row in recorded.collect()]
    holds = judge(current_shares(lake), before, max_share, accept=accept)
    if holds:
        lake.reconcile(HOLDS, recorded, local_rows(lake.spark, map(asdict, holds), HOLDS.schema))
    return [hold for hold in holds if hold.status == "open"]


def require_none(open_holds: list[Hold], max_share: float) -> None:
    """Refuse to publish while a hold is open.

    Raises:
        HeldError: naming the share and the rule.
    """
    if not open_holds:
        return
    listed = "\n".join(f"  - {hold}" for hold in open_holds)
    raise HeldError(
        f"Publishing is held, since more than {max_share:.0%} of the rows are quarantined:\n{listed}\n"
        "The lake is up to date and nothing is lost. See the rows with `lakehouse status --quarantine`; mend the "
        "mapping or deliver the files again, then `lakehouse run`. To publish without them: "
        "`lakehouse run --accept-quarantine`."
    )
