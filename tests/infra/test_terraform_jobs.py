"""pipeline.yaml against the code: a deployed job gets the options that its Config has, and rights to what it uses."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import tomllib
from dataclasses import MISSING, fields
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement

from lakehouse import model
from lakehouse.model import JOB_RUNS, Table
from lakehouse.model.catalog import catalog
from lakehouse.runtime import parse_config

ROOT = Path(__file__).parents[2]
JOBS: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "glue_jobs" / "pipeline.yaml").read_text())["jobs"]
PLACES = {"landing", "exports", "warehouse"}
PLATFORM = (ROOT / "infra" / "modules" / "platform" / "main.tf").read_text()

each_job = pytest.mark.parametrize("name", JOBS)


def job_module(name: str) -> ModuleType:
    return importlib.import_module(f"lakehouse.jobs.{name}")


def tables(entries: list[str]) -> set[str]:
    return set(entries) - PLACES


@each_job
def test_arguments_are_those_of_the_config(name: str) -> None:
    options = {field.name: field for field in fields(job_module(name).Config)}
    given = JOBS[name]["arguments"]
    assert set(given) <= options.keys()
    # The run's id is Glue's own.
    needed = {option for option, field in options.items() if field.default is MISSING} - {"run_id"}
    assert needed <= set(given)


@each_job
def test_arguments_as_deployed_make_a_config(name: str) -> None:
    given = [text for argument in JOBS[name]["arguments"] for text in (f"--{argument}", f"value of {argument}")]
    glue = ["--JOB_NAME", "shop-job", "--JOB_RUN_ID", "jr_1", "--WORKFLOW_RUN_ID", "wr_1", "--enable-metrics", "true"]
    config = parse_config(job_module(name), [*given, *glue])
    assert config.lake == "value of lake"
    assert config.run_id == "wr_1"


@each_job
def test_arguments_have_a_value_in_the_platform(name: str) -> None:
    values = PLATFORM.partition("arguments = merge(")[2].partition("},")[0]
    given = {*re.findall(r"^\s+(\w+)\s+= ", values, re.MULTILINE), "tracking"}  # local.tracking
    assert set(JOBS[name]["arguments"]) <= given


def named_tables(module: ModuleType) -> set[str]:
    """The tables that a job's module names, and those of the modules that work on the lake for it."""
    helpers = [value for value in vars(module).values() if inspect.isfunction(value)]
    used = {helper.__module__ for helper in helpers if re.match(r"lakehouse\.(holds|ledger|jobs\.)", helper.__module__)}
    namespaces = [vars(importlib.import_module(name)) for name in {module.__name__, *used}]
    values = [value for names in namespaces for value in names.values()]
    groups = [value for value in values if isinstance(value, tuple) and all(isinstance(one, Table) for one in value)]
    found = {value.name for value in values if isinstance(value, Table)}
    return found | {table.name for group in groups for table in group}


def written_tables(module: ModuleType) -> set[str]:
    """What the job tells its run log that it writes; all tables that it names where it keeps no log."""
    calls = [node for node in ast.walk(ast.parse(inspect.getsource(module))) if isinstance(node, ast.Call)]
    log = next((call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "job_run"), None)
    if log is None:  # a job that keeps up the tables themselves
        return named_tables(module) - {JOB_RUNS.name}
    writes = next(keyword.value for keyword in log.keywords if keyword.arg == "writes")
    return {table.name for table in eval(ast.unparse(writes), vars(module))}  # noqa: S307 (our own source)


@each_job
def test_rights_to_write_are_what_the_job_writes(name: str) -> None:
    assert tables(JOBS[name]["writes"]) == written_tables(job_module(name))


@each_job
def test_rights_to_read_are_to_all_tables_that_the_job_names_and_no_other(name: str) -> None:
    entry = JOBS[name]
    assert tables([*entry["reads"], *entry["writes"], JOB_RUNS.name]) == named_tables(job_module(name)) | {
        JOB_RUNS.name
    }


def test_rights_name_tables_of_the_model() -> None:
    known = {table.name for table in model.TABLES}
    assert all(tables([*entry["reads"], *entry["writes"]]) <= known for entry in JOBS.values())


def requirements(package: str, found: set[str]) -> set[str]:
    """The packages that a package needs, and they in turn, on Glue's Python."""
    glue = {"python_version": "3.13", "python_full_version": "3.13.0", "sys_platform": "linux", "extra": ""}
    for text in metadata.requires(package) or []:
        needed = Requirement(text)
        name = needed.name.lower().replace("_", "-")
        if name not in found and (needed.marker is None or needed.marker.evaluate(glue)):
            requirements(name, found | {name})
            found |= {name} | requirements(name, found | {name})
    return found


CONNECTOR = "snowflake-connector-python"
EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
IMPORTED = {
    "publish_to_warehouse": {CONNECTOR},
    "forecast_sales": {CONNECTOR, *(Requirement(text).name for text in EXTRAS["ml"])},
}


@pytest.mark.parametrize("name", IMPORTED)
def test_python_modules_are_whole_and_pinned_as_everywhere(name: str) -> None:
    listed = dict(text.split("==") for text in JOBS[name]["python_modules"])
    pinned = dict(re.findall(r"^([\w.-]+)==(\S+)", (ROOT / "requirements.txt").read_text(), re.MULTILINE))
    assert listed.items() <= pinned.items()
    needed = set().union(*(requirements(package, set()) for package in IMPORTED[name]))
    assert needed | IMPORTED[name] == listed.keys()


def test_jobs_that_import_nothing_beyond_spark_are_given_nothing() -> None:
    assert {name for name, entry in JOBS.items() if entry.get("python_modules")} == IMPORTED.keys()


def test_catalog_is_the_models() -> None:
    assert (ROOT / "infra" / "modules" / "catalog" / "tables.json").read_text() == catalog(), (
        "write it anew: python -m lakehouse.model.catalog > infra/modules/catalog/tables.json"
    )
