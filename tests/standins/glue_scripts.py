"""What the tests deploy: small scripts on S3, jobs, triggers, a workflow, by the API that Terraform uses."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from lakehouse.standins.glue.endpoint import Endpoint
from lakehouse.standins.glue.job_run import Ended, Settings
from lakehouse.standins.glue.runner import WorkflowRun, run_job, run_workflow
from tests.standins.conftest import Aws

# Each script notes that it ran, and with what, in a file that the test reads.
NOTE = """
import json, os, sys, pathlib
noted = pathlib.Path(sys.argv[sys.argv.index("--notes") + 1])
with noted.open("a") as file:
    file.write(json.dumps({"argv": sys.argv[1:], "key": os.environ["AWS_ACCESS_KEY_ID"]}) + "\\n")
"""


@dataclass
class Deployed:
    """A workflow under construction, and its runs."""

    aws: Aws
    folder: Path
    name: str = field(default_factory=lambda: f"shop-{uuid4().hex[:8]}")

    def __post_init__(self) -> None:
        self.glue, self.bucket = self.aws.client("glue"), self.aws.bucket()
        self.role = self._role()
        self.glue.create_workflow(Name=self.name)

    def _role(self) -> str:
        statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "glue.amazonaws.com"}}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        arn: str = self.aws.client("iam").create_role(RoleName=self.name, AssumeRolePolicyDocument=document)["Role"][
            "Arn"
        ]
        return arn

    @property
    def notes(self) -> Path:
        return self.folder / "notes"

    def upload(self, key: str, content: str | bytes) -> str:
        self.aws.client("s3").put_object(Bucket=self.bucket, Key=key, Body=content)
        return f"s3://{self.bucket}/{key}"

    def job(
        self, name: str, script: str = "", *, arguments: Mapping[str, str] | None = None, command: str = "pythonshell",
        **more: Any,
    ) -> None:  # fmt: skip
        """A job whose script notes that it ran, and then does what `script` says."""
        location = self.upload(f"{name}.py", NOTE + script)
        settings = {"Role": self.role, "Timeout": 10, **more}
        self.glue.create_job(
            Name=self.full(name),
            Command={"Name": command, "ScriptLocation": location},
            DefaultArguments={"--notes": str(self.notes), "--job": name, **(arguments or {})},
            **settings,
        )

    def full(self, job: str) -> str:
        return f"{self.name}-{job}"

    def begin_with(self, *jobs: str, **action: Any) -> None:
        actions = [{"JobName": self.full(job), **action} for job in jobs]
        self.glue.create_trigger(Name=f"{self.name}-begin", WorkflowName=self.name, Type="ON_DEMAND", Actions=actions)

    def after(self, conditions: Mapping[str, str], *jobs: str, logical: str = "AND", active: bool = True) -> None:
        """Start jobs when others, by name, are in a state."""
        self.glue.create_trigger(
            Name=f"{self.name}-{jobs[0]}", WorkflowName=self.name, Type="CONDITIONAL", StartOnCreation=active,
            Predicate={
                "Logical": logical,
                "Conditions": [
                    {"LogicalOperator": "EQUALS", "JobName": self.full(job), "State": state}
                    for job, state in conditions.items()
                ],
            },
            Actions=[{"JobName": self.full(job)} for job in jobs],
        )  # fmt: skip

    def run(self, *, minute: float = 60.0, parallel: int = 1, **arguments: str) -> WorkflowRun:
        settings = Settings(self.folder / "glue", minute=minute)
        given = {f"--{name}": value for name, value in arguments.items()}
        return run_workflow(Endpoint(self.aws.url), self.name, settings, arguments=given, parallel=parallel)

    def run_alone(self, job: str) -> Ended:
        return run_job(Endpoint(self.aws.url), self.full(job), Settings(self.folder / "glue"))

    def noted(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.notes.read_text().splitlines()] if self.notes.exists() else []

    def ran(self) -> list[str]:
        """The jobs that ran, in their order, each attempt."""
        return [arguments_of(note["argv"])["--job"] for note in self.noted()]

    def job_runs(self, job: str) -> list[dict[str, Any]]:
        runs: list[dict[str, Any]] = self.glue.get_job_runs(JobName=self.full(job))["JobRuns"]
        return runs


def arguments_of(argv: list[str]) -> dict[str, str]:
    return dict(zip(argv[::2], argv[1::2], strict=True))
