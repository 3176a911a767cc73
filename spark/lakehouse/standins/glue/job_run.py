"""One job of a workflow's run: its attempts, each a process, recorded as Glue records them."""

from __future__ import annotations

import os
import shutil
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from lakehouse.errors import LakehouseError
from lakehouse.standins.glue.arguments import command_line, resolve, spark_settings
from lakehouse.standins.glue.artifacts import Artifacts, fetch
from lakehouse.standins.glue.definitions import Action, Job
from lakehouse.standins.glue.endpoint import Endpoint
from lakehouse.standins.glue.process import JobProcess, error_message, scratch_environment
from lakehouse.standins.glue.progress import FAILED, STOPPED, SUCCEEDED
from lakehouse.standins.glue.records import log_group, record_job_run, send_log
from lakehouse.standins.glue.spark_properties import of_log_store, spark_environment

SPARK_COMMANDS = ("glueetl", "gluestreaming")
PID_FILE, SCRATCH = "pid", "scratch"


@dataclass(frozen=True)
class Settings:
    """How jobs run on this machine."""

    folder: Path
    driver_memory: str = "2g"
    minute: float = 60.0
    """Seconds in a minute of a job's timeout; tests have shorter ones."""


@dataclass(frozen=True)
class Ended:
    """How a job came to its end."""

    job: str
    state: str
    attempts: int
    seconds: float
    log: Path
    error: str = ""


class JobRun:
    """A job of one workflow run, through all its attempts."""

    def __init__(
        self, endpoint: Endpoint, job: Job, action: Action, extra: Mapping[str, str], workflow: Mapping[str, str],
        settings: Settings,
    ) -> None:  # fmt: skip
        self._endpoint, self._job, self._action, self._settings = endpoint, job, action, settings
        self._workflow = workflow
        self._arguments = resolve(job, action.arguments, extra)
        self._given = {**action.arguments, **extra}
        self._process: JobProcess | None = None
        self._stopped = threading.Event()

    def stop(self) -> None:
        """End it from another thread; it will have been STOPPED."""
        self._stopped.set()
        if self._process is not None:
            self._process.stop()

    def run(self) -> Ended:
        """Run the job, again as often as it may be where it fails. A timeout is not tried again, as on AWS."""
        started, previous = time.monotonic(), None
        for attempt in range(self._job.retries + 1):
            run_id = self._start(previous)
            folder = self._settings.folder / self._job.name / str(attempt)
            state, error = self._attempt(run_id, attempt, folder)
            previous = run_id
            if state != FAILED:
                break
        return Ended(self._job.name, state, attempt + 1, time.monotonic() - started, folder / "job.log", error)

    def _start(self, previous: str | None) -> str:
        again = {"JobRunId": previous} if previous else {}
        answer = self._endpoint.client("glue").start_job_run(
            JobName=self._job.name, Arguments=self._given, Timeout=self._minutes, **again
        )
        return str(answer["JobRunId"])

    @property
    def _minutes(self) -> int:
        return self._action.timeout or self._job.timeout

    def _attempt(self, run_id: str, attempt: int, folder: Path) -> tuple[str, str]:
        folder.mkdir(parents=True, exist_ok=True)
        log, started = folder / "job.log", time.time()
        log.touch()
        self._record(run_id, JobRunState="RUNNING", Attempt=attempt, StartedOn=started)
        try:
            state = self._in_process(run_id, folder, log)
        except LakehouseError as problem:  # nothing has started: a file or the role is missing
            log.write_text(f"{problem}\n")
            state = FAILED
        said = log.read_text(errors="replace")
        error = "" if state == SUCCEEDED else self._error(state, said)
        ended = time.time()
        self._record(
            run_id, JobRunState=state, CompletedOn=ended, ExecutionTime=int(ended - started),
            **({"ErrorMessage": error} if error else {}),
        )  # fmt: skip
        self._send_log(run_id, said)
        return state, error

    def _in_process(self, run_id: str, folder: Path, log: Path) -> str:
        role = self._endpoint.as_role(self._job.role, "GlueJobRunnerSession")
        artifacts = fetch(role.client("s3"), self._job.script, self._arguments, folder)
        environment = role.environment | self._python(artifacts)
        if self._job.command in SPARK_COMMANDS:
            environment |= self._spark(folder, artifacts, log)
        added = {"--JOB_NAME": self._job.name, "--JOB_RUN_ID": run_id, **self._workflow}
        command = [sys.executable, "-u", str(artifacts.script), *command_line(self._arguments, added)]
        if self._stopped.is_set():
            return STOPPED
        scratch = folder / SCRATCH
        scratch.mkdir(exist_ok=True)
        self._process = JobProcess(command, environment | scratch_environment(scratch), log)
        (folder / PID_FILE).write_text(str(self._process.pid))
        if self._stopped.is_set():  # in between
            self._process.stop()
        try:
            return self._process.wait(self._minutes * self._settings.minute)
        finally:
            (folder / PID_FILE).unlink()
            shutil.rmtree(scratch, ignore_errors=True)

    def _python(self, artifacts: Artifacts) -> dict[str, str]:
        return {"PYTHONPATH": os.pathsep.join(str(path.resolve()) for path in artifacts.python_path)}

    def _spark(self, folder: Path, artifacts: Artifacts, log: Path) -> dict[str, str]:
        deployed = spark_settings(self._arguments)
        if of_log_store(deployed) and not artifacts.jars:
            log.write_text("One process writes at a time here: Delta's log store on DynamoDB is left out.\n")
        return spark_environment(
            self._endpoint.url,
            folder / "spark",
            deployed,
            artifacts.jars,
            self._settings.driver_memory,
            folder / SCRATCH,
        )

    def _error(self, state: str, said: str) -> str:
        if state == FAILED:
            return error_message(said)
        return "Job run stopped" if state == STOPPED else f"Job run exceeded its timeout of {self._minutes} minutes"

    def _record(self, run_id: str, **fields: object) -> None:
        group = log_group(self._job, self._arguments)
        known = {"LogGroupName": group, "TriggerName": self._action.trigger, "GlueVersion": self._job.glue_version}
        record_job_run(self._endpoint, self._job.name, run_id, **known, **fields)

    def _send_log(self, run_id: str, said: str) -> None:
        with suppress(OSError):
            send_log(self._endpoint, log_group(self._job, self._arguments), run_id, said)
