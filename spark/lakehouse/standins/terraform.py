"""Terraform on the environment `local`, with its state and data in a folder of their own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lakehouse.errors import EnvironmentProblem, LakehouseError
from lakehouse.settings import project_file

NOTHING_TO_DO, CHANGES = 0, 2
"""What `terraform plan -detailed-exitcode` ends with."""


@dataclass(frozen=True)
class Terraform:
    """Runs Terraform; what it says goes to terraform.log in the folder."""

    folder: Path
    variables: Mapping[str, str]

    def init(self) -> None:
        """Fetch the provider, or find it where a CLI configuration says."""
        self._run("init", "-input=false")

    def apply(self) -> dict[str, Any]:
        """Create everything; what the platform tells of itself."""
        self._run("apply", "-auto-approve", "-input=false", *self._given())
        told = json.loads(self._run("output", f"-state={self._state}", "-json"))
        platform: dict[str, Any] = told["platform"]["value"]
        return platform

    def would_change(self) -> bool:
        """Whether a further plan finds anything to do."""
        return self._run("plan", "-input=false", "-detailed-exitcode", *self._given(), ends=(0, CHANGES)) == "changes"

    def destroy(self) -> None:
        """Remove everything."""
        self._run("destroy", "-auto-approve", "-input=false", *self._given())

    @property
    def _state(self) -> Path:
        return self.folder / "terraform.tfstate"

    def _given(self) -> list[str]:
        return [f"-state={self._state}", *(f"-var={name}={value}" for name, value in self.variables.items())]

    def _run(self, *arguments: str, ends: tuple[int, ...] = (0,)) -> str:
        environment = os.environ | {"TF_DATA_DIR": str(self.folder / "data"), "TF_IN_AUTOMATION": "1"}
        environment |= {"AWS_EC2_METADATA_DISABLED": "true", "CHECKPOINT_DISABLE": "1"}
        done = subprocess.run(  # noqa: S603
            [_program(), *arguments], cwd=project_file("infra/envs/local"), env=environment,
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        )  # fmt: skip
        log = self.folder / "terraform.log"
        with log.open("a") as file:
            file.write(f"$ terraform {' '.join(arguments)}\n{done.stdout}{done.stderr}\n")
        if done.returncode not in ends:
            said = " ".join(line.strip("│╷╵ ") for line in done.stderr.splitlines()).strip()
            raise LakehouseError(f"terraform {arguments[0]} failed: {said[:600]} All that it said is in {log}.")
        return "changes" if done.returncode == CHANGES else done.stdout


def _program() -> str:
    found = shutil.which("terraform")
    if found is None:
        raise EnvironmentProblem(
            "The rehearsal needs Terraform 1.11 or newer, and there is none on the PATH: "
            "https://developer.hashicorp.com/terraform/install. `make demo` and `make test` do without it."
        )
    return found
