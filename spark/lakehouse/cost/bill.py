"""A month's bill: every service's items for one environment and so many lines a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from lakehouse.cost import prices
from lakehouse.cost.environments import Environment
from lakehouse.cost.glue import Assumptions, Measured, RunCost, run_cost
from lakehouse.cost.prices import DAYS, Item
from lakehouse.cost.standing import cloudwatch, dynamodb, kms, mlflow, secrets
from lakehouse.cost.storage import s3
from lakehouse.cost.stream import firehose, kinesis, shards_needed
from lakehouse.cost.volumes import Volumes
from lakehouse.cost.warehouse import snowflake
from lakehouse.errors import UsageError
from lakehouse.pipeline import Job, load_jobs

HISTORY_DAYS = 365


@dataclass(frozen=True)
class Bill:
    """A month of one environment where `lines_a_day` land; `notes` say what would have to be changed for it."""

    environment: Environment
    lines_a_day: int
    items: tuple[Item, ...]
    notes: tuple[str, ...]

    @property
    def usd(self) -> Decimal:
        """The whole bill."""
        return sum((item.usd for item in self.items), Decimal(0))

    def by_service(self) -> dict[str, Decimal]:
        """USD of each service, in the order of the items."""
        totals: dict[str, Decimal] = {}
        for item in self.items:
            totals[item.service] = totals.get(item.service, Decimal(0)) + item.usd
        return totals


def month(
    environment: Environment,
    lines_a_day: int,
    measured: Measured,
    *,
    history_days: int = HISTORY_DAYS,
    assumed: Assumptions | None = None,
    volumes: Volumes | None = None,
) -> Bill:
    """The bill of the month that ends after `history_days` days with `lines_a_day` each.

    Raises:
        UsageError: lines or days cannot be, a job was never measured, or the virtual warehouse's size is unknown.
    """
    if lines_a_day < 0 or history_days < 1:
        raise UsageError(f"There is no bill for {lines_a_day} lines a day over {history_days} days.")
    assumed, volumes = assumed or Assumptions(), volumes or Volumes()
    runs, jobs = environment.runs(lines_a_day), deployed_jobs(environment)
    run = run_cost(jobs, measured.added, lines_a_day // max(runs, 1), assumed)
    items = [
        _glue(run, runs, assumed),
        *s3(environment, lines_a_day, history_days, volumes),
        *kinesis(environment, lines_a_day, volumes),
        *firehose(lines_a_day, volumes),
        *snowflake(environment, lines_a_day, history_days, volumes),
        *kms(environment, lines_a_day, volumes),
        *secrets(environment),
        *cloudwatch(environment, lines_a_day, len(jobs), history_days, volumes),
        *dynamodb(),
        *mlflow(environment),
    ]
    return Bill(environment, lines_a_day, tuple(items), _notes(environment, lines_a_day, run, items, volumes))


def deployed_jobs(environment: Environment) -> list[Job]:
    """The pipeline's jobs as infra/modules/platform deploys them: without MLflow, none that keeps models there."""
    return [job for job in load_jobs() if environment.mlflow or "tracking" not in job.arguments]


def _glue(run: RunCost, runs: int, assumed: Assumptions) -> Item:
    price = prices.dpu_hour(assumed.usd_per_dpu_hour)
    return Item("Glue", f"{len(run.jobs)} jobs, {runs} run(s) a day", run.dpu_hours * runs * DAYS, price)


def _notes(
    environment: Environment, lines: int, run: RunCost, items: Sequence[Item], volumes: Volumes
) -> tuple[str, ...]:
    runs, shards = environment.runs(lines), shards_needed(environment, lines, volumes)
    used = sum(item.quantity for item in items if item.price is prices.CREDIT)
    allowed, there = environment.monthly_credits, environment.shards
    found = {
        f"{used:,.0f} credits are more than the {allowed} of `monthly_credits`": used > allowed,
        f"the stream needs {shards} shards in place of {there}": there is not None and shards > there,
        "a job runs into its timeout": runs > 0 and not run.in_time,
        f"a run takes {run.seconds / 60:,.0f} minutes, longer than until the next": runs * run.seconds > 24 * 3600,
    }
    return tuple(note for note, holds in found.items() if holds)
