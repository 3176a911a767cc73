"""A workflow's run: its jobs in the order of its triggers, one at a time unless there is memory for more."""

from __future__ import annotations

import re
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError
from filelock import FileLock, Timeout

from lakehouse.errors import BusyError, LakehouseError
from lakehouse.standins.glue.definitions import Action, Trigger, Workflow, read_job, read_workflow
from lakehouse.standins.glue.endpoint import Endpoint
from lakehouse.standins.glue.job_run import PID_FILE, Ended, JobRun, Settings
from lakehouse.standins.glue.memory import has_room
from lakehouse.standins.glue.process import end_group
from lakehouse.standins.glue.progress import STOPPED, SUCCEEDED, Progress
from lakehouse.standins.glue.records import record_job_run, record_workflow_run, statistics
from lakehouse.standins.local_aws import command_of

ALIVE = ("STARTING", "RUNNING", "STOPPING", "WAITING")
OnJob = Callable[[str, Ended | None], None]


@dataclass(frozen=True)
class WorkflowRun:
    """How a workflow's run went: its jobs in the order in which they ended, and the triggers that did not fire."""

    run_id: str
    ended: tuple[Ended, ...]
    not_fired: tuple[Trigger, ...]

    @property
    def succeeded(self) -> bool:
        """Whether every job that was started succeeded."""
        return all(job.state == SUCCEEDED for job in self.ended)


def run_workflow(
    endpoint: Endpoint, name: str, settings: Settings, *, arguments: Mapping[str, str] | None = None, parallel: int = 1,
    on_job: OnJob = lambda job, ended: None,
) -> WorkflowRun:  # fmt: skip
    """Run a deployed workflow to its end.

    Args:
        arguments: `--name` to value, for every job, in place of what was deployed.
        parallel: how many jobs may run at the same time, if memory allows.
        on_job: told each start, and each end with how it went.

    Raises:
        UsageError: there is no such workflow, or it cannot run here.
        BusyError: it runs already.
        LakehouseError: the local AWS went away in the midst of it.
    """
    workflow = read_workflow(endpoint.client("glue"), name)
    settings.folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(settings.folder / f"{re.sub('[^A-Za-z0-9._-]', '_', name)}.lock", timeout=0)
    try:
        with lock:
            _end_leftovers(endpoint, workflow, settings.folder / name)
            return _Run(endpoint, workflow, settings, arguments or {}, on_job).to_its_end(parallel)
    except Timeout as error:  # of the lock; it is an OSError too
        raise BusyError(f"The workflow {name} runs already. Wait until it ends.") from error
    except (BotoCoreError, ClientError, OSError) as error:
        raise LakehouseError(
            f"The workflow {name} was stopped: {endpoint.url} did not answer as it must: {error}"
        ) from error


def run_job(endpoint: Endpoint, name: str, settings: Settings) -> Ended:
    """Run one deployed job apart from any workflow, as a trigger of its own does.

    Raises:
        UsageError: there is no such job, or it cannot run here.
        LakehouseError: the local AWS went away in the midst of it.
    """
    try:
        job = read_job(endpoint.client("glue"), name)
        return JobRun(endpoint, job, Action(name, "", {}, None), {}, {}, settings).run()
    except (BotoCoreError, ClientError, OSError) as error:
        raise LakehouseError(
            f"The job {name} was stopped: {endpoint.url} did not answer as it must: {error}"
        ) from error


def _end_leftovers(endpoint: Endpoint, workflow: Workflow, folder: Path) -> None:
    """End what a killed runner left behind: processes of its jobs, and runs that the Glue API takes for running."""
    for file in folder.rglob(PID_FILE):
        pid = int(file.read_text() or 0)
        if pid and str(file.parent) in command_of(pid):
            end_group(pid)
    glue = endpoint.client("glue")
    for job in workflow.jobs:
        pages = glue.get_paginator("get_job_runs").paginate(JobName=job)
        for run in [run for page in pages for run in page["JobRuns"]]:
            if run["JobRunState"] in ALIVE:
                record_job_run(endpoint, job, run["Id"], JobRunState=STOPPED, ErrorMessage="Its runner was killed")


class _Run:
    def __init__(
        self, endpoint: Endpoint, workflow: Workflow, settings: Settings, arguments: Mapping[str, str], on_job: OnJob
    ) -> None:
        self._endpoint, self._workflow, self._arguments, self._on_job = endpoint, workflow, arguments, on_job
        self._settings = settings
        self._progress, self._ended = Progress(workflow), list[Ended]()
        self._waiting, self._running = deque[Action](), dict[Future[Ended], JobRun]()
        self._run_id = ""

    def to_its_end(self, parallel: int) -> WorkflowRun:
        name = self._workflow.name
        self._run_id = str(self._endpoint.client("glue").start_workflow_run(Name=name)["RunId"])
        self._settings = replace(self._settings, folder=self._settings.folder / name / self._run_id[:11])
        self._record("RUNNING")
        self._waiting.extend(self._progress.begin())
        with self._recorded(), ThreadPoolExecutor(max_workers=parallel) as pool, self._stopped_with_this():
            while self._waiting or self._running:
                self._start_what_fits(pool, parallel)
                self._take_what_ended()
        return WorkflowRun(self._run_id, tuple(self._ended), tuple(self._progress.not_fired()))

    @contextmanager
    def _recorded(self) -> Iterator[None]:
        status = "STOPPED"
        try:
            yield
            status = "COMPLETED"
        finally:
            self._record(status, CompletedOn=time.time())

    @contextmanager
    def _stopped_with_this(self) -> Iterator[None]:
        """Let no job go on behind the back of whoever stops this, by Ctrl-C too."""
        try:
            yield
        except BaseException:
            for run in self._running.values():
                run.stop()
            raise

    def _start_what_fits(self, pool: ThreadPoolExecutor, parallel: int) -> None:
        while self._waiting and len(self._running) < parallel:
            if self._running and not has_room(self._settings.driver_memory):
                return
            action = self._waiting.popleft()
            ids = {"--WORKFLOW_NAME": self._workflow.name, "--WORKFLOW_RUN_ID": self._run_id}
            job = self._workflow.jobs[action.job]
            run = JobRun(self._endpoint, job, action, self._arguments, ids, self._settings)
            self._on_job(action.job, None)
            self._running[pool.submit(run.run)] = run

    def _take_what_ended(self) -> None:
        done, _ = wait(self._running, return_when=FIRST_COMPLETED)
        for future in done:
            del self._running[future]
            ended = future.result()
            self._ended.append(ended)
            self._on_job(ended.job, ended)
            self._waiting.extend(self._progress.ended(ended.job, ended.state))
        self._record("RUNNING")

    def _record(self, status: str, **more: float) -> None:
        counts = statistics(self._progress.states, len(self._running))
        with suppress(OSError, LakehouseError):  # the local AWS may be gone before the run is
            record_workflow_run(
                self._endpoint, self._workflow.name, self._run_id, Status=status, Statistics=counts, **more
            )
