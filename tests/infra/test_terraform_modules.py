"""Terraform itself on infra/: formatting, each environment's validity, each module's tests with mock providers."""

from __future__ import annotations

import re
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


def test_nothing_is_put_into_a_bucket_before_it_is_closed_encrypted_and_versioned(tmp_path: Path) -> None:
    edges = re.findall(r'"(\S+)" -> "(\S+)"', Terraform(INFRA / "modules" / "platform", tmp_path).run("graph"))
    uploads = {source for source, _ in edges if ".aws_s3_object." in f".{source}"}
    assert len(uploads) >= 3, "wheel, entry points, mapping"
    settings = ("public_access_block", "server_side_encryption_configuration", "versioning")
    for upload in uploads:
        assert {f"module.lake.aws_s3_bucket_{setting}.this" for setting in settings} <= behind(upload, edges), upload


def behind(resource: str, edges: list[tuple[str, str]]) -> set[str]:
    """All that a resource waits for, near and far."""
    found: set[str] = set()
    new = {resource}
    while new:
        found |= new
        new = {target for source, target in edges if source in new} - found
    return found
