"""The log of job runs: what each job read, up to which version, is where its next run goes on.

A mark is written after the job's tables, so it may lag behind them and never leads; every write is by key, so what
is read again changes nothing.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime

from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F

from lakehouse.days import Days
from lakehouse.delta import Lake, Version, Written, side_by_side
from lakehouse.local_rows import local_rows
from lakehouse.logs import bound, telling
from lakehouse.model import JOB_RUNS, Table
from lakehouse.sources.mapping import Mapping


@dataclass(frozen=True)
class Feed:
    """What a job has not yet seen of a table. `since` is None where it must read the table whole."""

    lake: Lake
    table: Table
    since: Version | None
    until: Version

    @property
    def whole(self) -> bool:
        """Whether the table is to be read whole: never read before, or made again since."""
        return self.since is None

    @property
    def is_empty(self) -> bool:
        """Whether nothing has changed."""
        return self.since == self.until

    def changes(self) -> DataFrame:
        """The changed rows, both images of updates, with Delta's `_change_type`."""
        if self.since is None:
            raise LookupError(f"{self.table.name} is to be read whole")
        if self.is_empty:  # Delta refuses to read a feed from behind the newest version
            return self.lake.read(self.table).limit(0).withColumn("_change_type", F.lit(""))
        return self.lake.changes(self.table, self.since.version, self.until.version)


@dataclass
class JobRun:
    """One run of one job, while it runs: hands out feeds, collects what was written."""

    lake: Lake
    job: str
    run_id: str
    source: str
    mapping_hash: str
    last: Row | None
    inputs: dict[str, Version]
    logged: Sequence[Row] = ()
    made: Collection[Table] = ()
    rows: dict[str, int] = field(default_factory=dict)
    until_end: ExitStack = field(default_factory=ExitStack)

    @property
    def mapping_changed(self) -> bool:
        """Whether the mapping is another than in this job's last run."""
        return self.last is not None and self.last["mapping_hash"] != self.mapping_hash

    @property
    def found_nothing_new(self) -> bool:
        """Whether it read what the last run read, by the same mapping, and changed no row."""
        if self.last is None or self.mapping_changed:
            return False
        same = {name: Version(**seen.asDict()) for name, seen in self.last["inputs"].items()} == self.inputs
        return same and not any(self.rows.values())

    def was_in_step_with(self, job: str, table: Table) -> bool:
        """Whether by this job's last run `job`, which it comes `after`, had read the same version of the table."""
        if self.last is None:
            return False
        ended = [run for run in self.logged if run["job"] == job and run["finished_at"] <= self.last["started_at"]]
        before = _newest(ended)
        return before is not None and before["inputs"].get(table.name) == self.last["inputs"].get(table.name)

    def feed(self, table: Table, *, whole: bool = False) -> Feed:
        """What has changed in the table since this job's last run; all of it with `whole`."""
        until = self.inputs[table.name]
        seen = self.last["inputs"].get(table.name) if self.last else None
        since = Version(seen["id"], seen["version"]) if seen else None
        if whole or since is None or since.id != until.id or since.version > until.version:
            self.until_end.enter_context(self.lake.suited_to(table))
            return Feed(self.lake, table, None, until)
        return Feed(self.lake, table, since, until)

    def current(self, table: Table) -> DataFrame | None:
        """The table's rows; None where this run made it, so that nobody looks into an empty table."""
        return None if table in self.made else self.lake.read(table)

    def reconcile(self, table: Table, current: DataFrame, desired: DataFrame, days: Days | None = None) -> Written:
        """Write as `Lake.reconcile` does, and note the rows."""
        written = self.lake.reconcile(table, None if table in self.made else current, desired, days)
        self.note(table, written.total)
        return written

    def forget(self) -> None:
        """Put on record that this job has yet to read its inputs whole, whatever becomes of this run."""
        unread = dict.fromkeys(self.inputs, Version("", -1))
        self.log(datetime.now(UTC), 0.0, unread)

    def log(self, started: datetime, seconds: float, inputs: dict[str, Version]) -> None:
        """Append a row to ops.job_runs, from which the job's next run goes on."""
        row = {
            "run_id": self.run_id,
            "job": self.job,
            "source": self.source,
            "mapping_hash": self.mapping_hash,
            "started_at": started,
            "finished_at": datetime.now(UTC),
            "seconds": seconds,
            "inputs": {name: asdict(seen) for name, seen in inputs.items()},
            "rows": self.rows,
        }
        self.lake.append(JOB_RUNS, local_rows(self.lake.spark, [row], JOB_RUNS.schema))

    def note(self, table: Table, rows: int) -> None:
        """Add to the rows that this run changed in the table."""
        self.rows[table.name] = self.rows.get(table.name, 0) + rows


@contextmanager
def job_run(
    lake: Lake,
    job: str,
    run_id: str,
    mapping: Mapping,
    *,
    reads: Sequence[Table] = (),
    writes: Sequence[Table],
    after: Sequence[str] = (),
) -> Iterator[JobRun]:
    """Run a job's body; when it ends well, log it with the versions that it read.

    A body that finds nothing new, and writes nothing, leaves no trace.

    Args:
        reads: the tables whose changes the job follows, up to their versions of now.
        writes: the tables that it fills; made where they are not there yet.
        after: the jobs of which it asks what they had read.
    """
    started, clock = datetime.now(UTC), time.monotonic()
    with bound(run_id=run_id, job=job, source=mapping.name), telling("job ended") as told:
        made = lake.create(JOB_RUNS, *writes)
        inputs = dict(zip((table.name for table in reads), side_by_side(lake.version, reads), strict=True))
        # Where a table is to be filled anew, what was read before does not count.
        runs = [] if made else _logged_runs(lake, job, *after)
        last = _newest([one for one in runs if one["job"] == job])
        run = JobRun(lake, job, run_id, mapping.name, mapping.hash, last, inputs, runs, made)
        with run.until_end:
            yield run
        told["rows"] = run.rows
        if run.found_nothing_new:
            return
        run.log(started, time.monotonic() - clock, run.inputs)


def _logged_runs(lake: Lake, *jobs: str) -> list[Row]:
    # As numbers: Python's local times repeat an hour in autumn.
    times = {name: F.unix_micros(name) for name in ("started_at", "finished_at")}
    return lake.read(JOB_RUNS).where(F.col("job").isin(*jobs)).withColumns(times).collect()


def _newest(runs: Sequence[Row]) -> Row | None:
    return max(runs, key=lambda run: (run["finished_at"], run["run_id"]), default=None)
