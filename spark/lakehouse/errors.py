"""Every error that a user may meet, under one root; each message names the thing and the way out."""

from __future__ import annotations


class LakehouseError(Exception):
    """Something a user can act on. `exit_code` is what the command line ends with, `job` the job that failed."""

    exit_code = 1
    job: str | None = None


class UsageError(LakehouseError):
    """An option, path or setting that cannot be used as given."""

    exit_code = 2


class EnvironmentProblem(LakehouseError):
    """The machine lacks something, such as Java 17 or a writable folder."""

    exit_code = 3


class MappingError(LakehouseError):
    """A mapping file that cannot be used. `problems` holds every problem found, each with its likely fix."""

    exit_code = 4

    def __init__(self, mapping: str, problems: list[str]) -> None:
        self.problems = problems
        listed = "\n".join(f"  - {problem}" for problem in problems)
        super().__init__(f"{mapping} has {len(problems)} problem(s):\n{listed}")


class LandingError(LakehouseError):
    """A landing place or a file in it that cannot be read."""

    exit_code = 5


class BusyError(LakehouseError):
    """Another process holds the state or the warehouse."""

    exit_code = 6


class LedgerError(LakehouseError):
    """Rows or money differ between two hops. Nothing was published."""

    exit_code = 7


class HeldError(LakehouseError):
    """Too many rows are quarantined: publishing waits for mended rows or for the user's word."""

    exit_code = 8


class WarehouseError(LakehouseError):
    """The warehouse refused or failed to load what was sent."""

    exit_code = 9


class ForecastError(LakehouseError):
    """Sales that cannot be forecast, such as too few days of them; the run goes on without a forecast."""

    exit_code = 10


class TrackingError(LakehouseError):
    """The MLflow store or registry is out of reach, or holds nothing to do what was asked."""

    exit_code = 11
