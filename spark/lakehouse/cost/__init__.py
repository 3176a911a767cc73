"""What the platform would cost: runs on AWS Glue from measured CPU, and a month's bill of every service."""

from lakehouse.cost.bill import Bill, month
from lakehouse.cost.environments import ENVIRONMENTS, Environment
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
from lakehouse.cost.prices import Item, Price
from lakehouse.cost.volumes import Volumes

__all__ = [
    "COLUMNS",
    "ENVIRONMENTS",
    "MILLION",
    "Assumptions",
    "Bill",
    "CpuSeconds",
    "Environment",
    "Estimate",
    "Item",
    "JobCost",
    "Measured",
    "Price",
    "RunCost",
    "Volumes",
    "estimates",
    "job_cost",
    "month",
    "run_cost",
    "runs_a_day",
]
