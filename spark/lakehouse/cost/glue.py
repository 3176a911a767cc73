"""What a run would cost on AWS Glue: CPU seconds measured on one machine, turned into DPU-seconds and dollars.

Every number that was not measured is a field of `Assumptions`, with its reason.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import yaml

from lakehouse.errors import UsageError
from lakehouse.pipeline import Job, load_jobs
from lakehouse.settings import project_file

MEASURED = Path(__file__).with_name("cost_measured.json")
"""CPU seconds by job, as `make bench` measured them last."""

DPUS = {"G.025X": 0.25, "G.1X": 1, "G.2X": 2, "G.4X": 4, "G.8X": 8, "G.12X": 12, "G.16X": 16}
"""Data processing units (4 vCPU, 16 GB) of a Glue worker, by its type."""

MILLION = 1_000_000


REASONS = {
    "usd_per_dpu_hour": "price of one DPU for an hour, billed by the second",
    "minimum_seconds": "the least that AWS bills for a run of a job",
    "vcpus_per_dpu": "a DPU has 4 vCPUs and 16 GB",
    "cpu_ratio": "seconds of a Glue vCPU for one CPU second of the machine that was measured",
    "busy_share": "share of the executors' vCPUs that compute while lines are worked on",
    "start_seconds": "until a job's session is up and warm, its workers waiting and billed",
    "timeout_share": "share of a job's timeout in which it is to end: it gets the workers for that",
    "most_workers": "the most workers that a job is given",
}


@dataclass(frozen=True)
class Assumptions:
    """What the estimate takes for granted; `REASONS` says what each is."""

    usd_per_dpu_hour: Decimal = Decimal("0.308")
    minimum_seconds: int = 60
    vcpus_per_dpu: int = 4
    cpu_ratio: float = 1.0
    busy_share: float = 0.6
    start_seconds: float = 30.0
    timeout_share: float = 0.5
    most_workers: int = 299

    def reasons(self) -> list[tuple[str, Any, str]]:
        """Name, value and reason of each."""
        return [(name, getattr(self, name), reason) for name, reason in REASONS.items()]


@dataclass(frozen=True)
class CpuSeconds:
    """What a job computes: `fixed` however few lines there are, one thing after the other; `per_million` lines."""

    fixed: float
    per_million: float


@dataclass(frozen=True)
class JobCost:
    """One run of one job: how long it takes, and what is billed."""

    job: str
    worker_type: str
    workers: int
    seconds: float
    dpu_seconds: float
    usd: Decimal
    in_time: bool
    """Whether it ends before its timeout."""


@dataclass(frozen=True)
class RunCost:
    """One run of the whole pipeline over `lines` lines; the jobs run one after the other."""

    lines: int
    jobs: tuple[JobCost, ...]

    @property
    def seconds(self) -> float:
        """From the first job's start to the last one's end."""
        return sum(job.seconds for job in self.jobs)

    @property
    def dpu_hours(self) -> float:
        """All that is billed."""
        return sum(job.dpu_seconds for job in self.jobs) / 3600

    @property
    def usd(self) -> Decimal:
        """The bill."""
        return sum((job.usd for job in self.jobs), Decimal(0))

    @property
    def in_time(self) -> bool:
        """Whether every job ends before its timeout."""
        return all(job.in_time for job in self.jobs)


def job_cost(job: Job, cpu: CpuSeconds, lines: int, assumed: Assumptions) -> JobCost:
    """What one run of a job over `lines` lines costs.

    The workers wait while the session starts and while the driver does what is fixed; then the lines are shared out.
    """
    dpus = _dpus(job.worker_type)
    spread = cpu.per_million * lines / MILLION * assumed.cpu_ratio
    alone = assumed.start_seconds + cpu.fixed * assumed.cpu_ratio
    per_worker = spread / (dpus * assumed.vcpus_per_dpu * assumed.busy_share)
    spare = max(job.timeout_minutes * 60 * assumed.timeout_share - alone, 1.0)
    # One worker is the driver.
    workers = max(job.workers, 2, min(assumed.most_workers, 1 + math.ceil(per_worker / spare)))
    seconds = alone + per_worker / (workers - 1)
    dpu_seconds = max(seconds, assumed.minimum_seconds) * workers * dpus
    usd = Decimal(str(round(dpu_seconds, 3))) / 3600 * assumed.usd_per_dpu_hour
    cents = usd.quantize(Decimal("0.0001"), ROUND_HALF_UP)
    in_time = seconds <= job.timeout_minutes * 60
    return JobCost(job.name, job.worker_type, workers, seconds, dpu_seconds, cents, in_time)


def _dpus(worker_type: str) -> float:
    if worker_type not in DPUS:
        raise UsageError(f"pipeline.yaml: {worker_type} is none of Glue's workers: {', '.join(DPUS)}")
    return DPUS[worker_type]


def run_cost(jobs: Sequence[Job], cpu: Mapping[str, CpuSeconds], lines: int, assumed: Assumptions) -> RunCost:
    """What one run of the pipeline costs.

    Raises:
        UsageError: a job was never measured, or has a worker that is none of Glue's.
    """
    unmeasured = [job.name for job in jobs if job.name not in cpu]
    if unmeasured:
        raise UsageError(f"The CPU of {', '.join(unmeasured)} has not been measured: `make bench ONLY=cost` does.")
    return RunCost(lines, tuple(job_cost(job, cpu[job.name], lines, assumed) for job in jobs))


@dataclass(frozen=True)
class Measured:
    """CPU seconds by job, for lines `added` in order to what is there and for a `full` load; when and on what."""

    measured_at: str
    machine: str
    added: dict[str, CpuSeconds]
    full: dict[str, CpuSeconds]

    @classmethod
    def read(cls, path: Path = MEASURED) -> Measured:
        """Read what `write` wrote."""
        return cls.of(json.loads(path.read_text(encoding="utf-8")))

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Measured:
        """From its fields as JSON has them."""
        ways = {way: {job: CpuSeconds(**cpu) for job, cpu in content[way].items()} for way in ("added", "full")}
        return cls(content["measured_at"], content["machine"], **ways)

    def write(self, path: Path = MEASURED) -> None:
        """Write as JSON."""
        path.write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")


@dataclass(frozen=True)
class Estimate:
    """What one kind of run costs where so many lines land in a day."""

    lines_a_day: int
    kind: str
    run: RunCost

    def row(self) -> tuple[Any, ...]:
        """Values for `COLUMNS`."""
        run = self.run
        per_million = run.usd * MILLION / max(run.lines, 1)
        workers = max(job.workers for job in run.jobs)
        bill = round(run.dpu_hours, 3), round(run.usd, 2), round(per_million, 4)
        kind = self.kind if run.in_time else f"{self.kind}: past a job's timeout"
        return self.lines_a_day, kind, run.lines, round(run.seconds / 60, 1), workers, *bill


COLUMNS = ("lines a day", "run", "lines", "minutes", "workers", "DPU-hours", "USD", "USD a million lines")


def estimates(
    measured: Measured, lines_a_day: Iterable[int], runs: int, history_days: int, assumed: Assumptions | None = None
) -> list[Estimate]:
    """For each number of lines a day: one of the day's `runs`, and a full rebuild of `history_days` days."""
    jobs, assumed = load_jobs(), assumed or Assumptions()
    return [
        Estimate(lines, kind, run_cost(jobs, cpu, count, assumed))
        for lines in lines_a_day
        for kind, cpu, count in (
            (f"one of {runs} a day, in order", measured.added, lines // runs),
            (f"full rebuild of {history_days} days", measured.full, lines * history_days),
        )
    ]


def runs_a_day(schedule: str | None = None) -> int:
    """How often a schedule of pipeline.yaml, such as `cron(15 * * * ? *)`, comes round in a day.

    Raises:
        UsageError: it is no such schedule.
    """
    if schedule is None:
        schedule = str(yaml.safe_load(project_file("glue_jobs/pipeline.yaml").read_text())["schedule"])
    parts = schedule.removeprefix("cron(").removesuffix(")").split()
    try:
        minutes, hours = parts[0], parts[1]
        return _times(minutes, 60) * _times(hours, 24)
    except (IndexError, ValueError) as error:
        raise UsageError(f"{schedule!r} is no schedule such as cron(15 * * * ? *)") from error


def _times(part: str, size: int) -> int:
    """How many of `size` values one field of a schedule names: `*`, `5`, `0,30`, `8-17` or `0/15`."""
    if part == "*":
        return size
    if "/" in part:
        first, step = part.split("/")
        return math.ceil((size - (0 if first == "*" else int(first))) / int(step))
    ends = [item.partition("-") for item in part.split(",")]
    return sum(int(last or first) - int(first) + 1 for first, _, last in ends)
