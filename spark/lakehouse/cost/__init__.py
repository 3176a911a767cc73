"""What a run would cost on AWS Glue, from measured CPU."""

from lakehouse.cost.glue import (
    COLUMNS,
    MILLION,
    Assumptions,
    CpuSeconds,
    Estimate,
    JobCost,
    Measured,
    RunCost,
    estimates,
    job_cost,
    run_cost,
    runs_a_day,
)

__all__ = [
    "COLUMNS",
    "MILLION",
    "Assumptions",
    "CpuSeconds",
    "Estimate",
    "JobCost",
    "Measured",
    "RunCost",
    "estimates",
    "job_cost",
    "run_cost",
    "runs_a_day",
]
