"""What is billed for being there: the key, the secret, alarms, the dashboard, logs, Delta's log table, MLflow."""

from __future__ import annotations

from lakehouse.cost import prices
from lakehouse.cost.environments import Environment
from lakehouse.cost.prices import DAYS, HOURS, Item
from lakehouse.cost.volumes import Volumes

SERVERS = {"tracking server": (0.5, 2), "model server": (1, 4)}
"""vCPUs and GB of memory of MLflow's two servers on Fargate."""
DATABASE_GB = 20


def kms(environment: Environment, lines: int, volumes: Volumes) -> list[Item]:
    """The customer key (a year old at most: each of its first two rotations adds a dollar), and calls to it."""
    by_stream = volumes.key_calls_an_hour * HOURS if lines else 0
    calls = environment.runs(lines) * DAYS * volumes.key_calls_a_run + by_stream
    return [
        Item("KMS", "customer key", environment.keys, prices.KEY),
        Item("KMS", "calls", calls / 1e4, prices.KEY_CALLS),
    ]


def secrets(environment: Environment) -> list[Item]:
    """The secret with the connection to Snowflake."""
    return [Item("Secrets Manager", "the warehouse's connection", environment.secrets, prices.SECRET)]


def cloudwatch(environment: Environment, lines: int, jobs: int, history_days: int, volumes: Volumes) -> list[Item]:
    """Alarms and dashboard; the logs of `jobs` jobs."""
    logs = environment.runs(lines) * jobs * volumes.log_mb_a_job / 1024
    kept = logs * min(environment.logs_days, history_days)
    return [
        Item("CloudWatch", "alarms", environment.alarms, prices.ALARM),
        Item("CloudWatch", "dashboard", environment.dashboards, prices.DASHBOARD),
        Item("CloudWatch", "logs of the jobs", logs * DAYS, prices.LOGS_IN),
        Item("CloudWatch", f"the same, kept {environment.logs_days} days", kept, prices.LOGS_KEPT),
    ]


def dynamodb() -> list[Item]:
    """Delta's log table, which is empty: its jars are not switched on, and no requests come."""
    return [Item("DynamoDB", "Delta's log table, empty and without requests", 0, prices.TABLE)]


def mlflow(environment: Environment) -> list[Item]:
    """MLflow's servers with database and load balancer, where the environment has them; no line changes that."""
    if not environment.mlflow:
        return []
    cpu, memory = (sum(size[part] for size in SERVERS.values()) for part in (0, 1))
    return [
        Item("MLflow", f"{' and '.join(SERVERS)}, {cpu:g} vCPU", cpu * HOURS, prices.VCPU_HOUR),
        Item("MLflow", f"their memory, {memory:g} GB", memory * HOURS, prices.MEMORY_HOUR),
        Item("MLflow", "database", HOURS, prices.DATABASE_HOUR),
        Item("MLflow", "its disk", DATABASE_GB, prices.DATABASE_STORAGE),
        Item("MLflow", "load balancer", HOURS, prices.BALANCER_HOUR),
        Item("MLflow", "the database's password", 1, prices.SECRET),
    ]
