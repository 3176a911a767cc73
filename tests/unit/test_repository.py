"""What the repository must keep: no shadowing folders, no registry's address, a wheel that needs Spark alone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Put together, so that this file does not name them itself.
REGISTRIES = (
    "pypi" + ".org",
    "files.python" + "hosted",
    "registry.npm" + "js",
    "repo1.mav" + "en",
    "repo.maven" + ".apache",
)
SHADOWING = ("mlflow", "snowflake", "localstack", "airflow")

ONLY_SPARK = """
import importlib, sys
from importlib.metadata import packages_distributions

installed = packages_distributions().keys() - {"lakehouse", "pyspark", "py4j"}
assert {"duckdb", "pyarrow", "numpy", "yaml", "typer"} <= installed

class Refuser:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in installed:
            raise ModuleNotFoundError(f"the core needs {name}", name=name)

sys.meta_path.insert(0, Refuser())
sys.argv = ["job"]
importlib.import_module("lakehouse.runtime")
for job in sys.stdin.read().split():
    importlib.import_module(f"lakehouse.jobs.{job}")
assert "lakehouse.delta" in sys.modules
"""


def committed_files() -> list[Path]:
    """Files that git knows or would take; all but hidden folders where there is no git."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        pytest.skip("this is no git repository")
    return [path for name in listed.stdout.splitlines() if (path := ROOT / name).is_file()]


@pytest.mark.parametrize("folder", SHADOWING)
def test_folder_does_not_shadow_an_installed_package(folder: str) -> None:
    top = ROOT / folder
    assert not list(top.glob("__init__.py*"))
    assert not list(top.glob("*.py"))
    assert not [path for path in top.rglob("__init__.py") if path.parent.parent == top]


def test_no_committed_file_names_a_package_registry() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {host}"
        for path in committed_files()
        for host in REGISTRIES
        if host.encode() in path.read_bytes()
    ]
    assert found == []


def test_jobs_of_the_lake_import_with_nothing_but_spark() -> None:
    jobs = "ingest_orders build_order_lines build_dimensions build_fact_sales build_daily_sales publish_to_warehouse"
    done = subprocess.run(
        [sys.executable, "-c", ONLY_SPARK], input=jobs, capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr[-800:]
