"""Terraform itself on infra/: formatting, each environment's validity, each module's tests with mock providers."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.infra.terraform import ENVIRONMENTS, INFRA, MODULES, Terraform


def test_files_are_formatted() -> None:
    if shutil.which("terraform") is None:
        pytest.skip("terraform is not installed: version 1.11 or newer tries the modules of infra/")
    done = subprocess.run(
        ["terraform", "fmt", "-check", "-recursive", "-diff", "-no-color", str(INFRA)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"terraform fmt -recursive infra puts it right:\n{done.stdout}{done.stderr}"


@pytest.mark.parametrize("module", MODULES)
def test_module(module: str, tmp_path: Path) -> None:
    told = Terraform(INFRA / "modules" / module, tmp_path).run("test")
    assert "0 failed" in told
    assert "Success! 0 passed" not in told


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_environment_is_valid(environment: str, tmp_path: Path) -> None:
    terraform = Terraform(INFRA / "envs" / environment, tmp_path)
    assert "The configuration is valid" in terraform.run("validate")
