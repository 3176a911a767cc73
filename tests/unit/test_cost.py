"""The bill of a run on Glue, held against sums done by hand."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from lakehouse.cost import Assumptions, CpuSeconds, Measured, estimates, job_cost, run_cost, runs_a_day
from lakehouse.errors import UsageError
from lakehouse.pipeline import Job, load_jobs

ASSUMED = Assumptions(
    usd_per_dpu_hour=Decimal("0.36"),  # 0.0001 for a DPU-second
    minimum_seconds=60,
    vcpus_per_dpu=4,
    cpu_ratio=1.0,
    busy_share=0.5,
    start_seconds=30.0,
    timeout_share=0.5,
    most_workers=10,
)
JOB = Job("load", "loads", worker_type="G.1X", workers=2, timeout_minutes=60)
CPU = CpuSeconds(fixed=10.0, per_million=120.0)


def test_lines_are_worked_on_by_all_workers_but_the_driver() -> None:
    # 120 CPU seconds on one executor of 4 vCPUs that is half busy: 60 s, after 30 s of start and 10 s of its own.
    cost = job_cost(JOB, CPU, 1_000_000, ASSUMED)
    assert (cost.seconds, cost.workers, cost.dpu_seconds, cost.usd) == (100.0, 2, 200.0, Decimal("0.0200"))
    cost = job_cost(replace(JOB, workers=3), CPU, 1_000_000, ASSUMED)
    assert (cost.seconds, cost.workers, cost.dpu_seconds, cost.usd) == (70.0, 3, 210.0, Decimal("0.0210"))


def test_short_job_is_billed_a_minute() -> None:
    cost = job_cost(JOB, CPU, 0, ASSUMED)
    assert (cost.seconds, cost.dpu_seconds, cost.usd) == (40.0, 120.0, Decimal("0.0120"))


def test_larger_workers_bill_and_compute_more() -> None:
    # 8 vCPUs: 30 s in place of 60, for 2 DPUs a worker.
    cost = job_cost(replace(JOB, worker_type="G.2X"), CPU, 1_000_000, ASSUMED)
    assert (cost.seconds, cost.dpu_seconds) == (70.0, 280.0)


def test_job_gets_the_workers_to_end_in_half_its_timeout() -> None:
    # 12,000 CPU seconds are 6,000 s of one executor; 1,760 s are left: four executors and the driver, 1,500 s.
    cost = job_cost(JOB, CPU, 100_000_000, ASSUMED)
    assert (cost.workers, cost.seconds, cost.usd) == (5, 1540.0, Decimal("0.7700"))


def test_job_gets_no_more_workers_than_there_may_be() -> None:
    # 120,000 CPU seconds are 60,000 s of one executor, and there are nine.
    cost = job_cost(JOB, CPU, 1_000_000_000, ASSUMED)
    assert cost.workers == 10
    assert cost.seconds == pytest.approx(40 + 60_000 / 9)
    assert not cost.in_time
    assert job_cost(replace(JOB, timeout_minutes=120), CPU, 1_000_000_000, ASSUMED).in_time


def test_slower_vcpu_makes_every_part_of_the_work_longer() -> None:
    cost = job_cost(JOB, CPU, 1_000_000, replace(ASSUMED, cpu_ratio=2.0))
    assert cost.seconds == 30 + 20 + 120


def test_run_is_the_sum_of_its_jobs_one_after_the_other() -> None:
    run = run_cost([JOB, replace(JOB, name="other")], {"load": CPU, "other": CPU}, 1_000_000, ASSUMED)
    assert (run.seconds, run.usd, run.dpu_hours) == (200.0, Decimal("0.0400"), 400 / 3600)


def test_job_that_was_never_measured_is_named() -> None:
    with pytest.raises(UsageError, match="The CPU of load has not been measured"):
        run_cost([JOB], {}, 1, ASSUMED)


def test_worker_that_glue_lacks_is_named() -> None:
    with pytest.raises(UsageError, match=r"G\.3X is none of Glue's workers"):
        job_cost(replace(JOB, worker_type="G.3X"), CPU, 1, ASSUMED)


@pytest.mark.parametrize(
    ("schedule", "times"),
    [
        ("cron(15 * * * ? *)", 24),
        ("cron(0 3 * * ? *)", 1),
        ("cron(0,30 8-17 * * ? *)", 20),
        ("cron(0/15 * * * ? *)", 96),
        ("cron(0 1/6 * * ? *)", 4),
    ],
)
def test_schedule_tells_how_often_a_day(schedule: str, times: int) -> None:
    assert runs_a_day(schedule) == times


def test_schedule_that_is_none_is_refused() -> None:
    with pytest.raises(UsageError, match="'rate' is no schedule"):
        runs_a_day("rate")


def test_every_job_of_the_pipeline_has_been_measured() -> None:
    measured = Measured.read()
    assert measured.added.keys() == measured.full.keys() == {job.name for job in load_jobs()}


def test_day_is_shared_out_over_its_runs_and_a_rebuild_takes_all_days(tmp_path: Path) -> None:
    cpu = {job.name: CPU for job in load_jobs()}
    Measured("2026-11-21", "a machine", added=cpu, full=cpu).write(tmp_path / "measured.json")
    measured = Measured.read(tmp_path / "measured.json")
    added, full = estimates(measured, [48_000_000], runs=24, history_days=10)
    assert (added.kind, added.run.lines) == ("one of 24 a day, in order", 2_000_000)
    assert (full.kind, full.run.lines) == ("full rebuild of 10 days", 480_000_000)
    lines_a_day, _, lines, minutes, _, dpu_hours, usd, per_million = added.row()
    assert (lines_a_day, lines, minutes) == (48_000_000, 2_000_000, round(added.run.seconds / 60, 1))
    assert usd == round(Decimal(str(dpu_hours)) * Decimal("0.308"), 2)
    assert per_million == round(added.run.usd / 2, 4)
