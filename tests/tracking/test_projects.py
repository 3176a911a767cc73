"""mlflow/: what MLflow reads there names commands that exist, and hides no installed package."""

from __future__ import annotations

import re
from pathlib import Path

import yaml
from typer.main import get_command

from lakehouse.cli.app import app

FOLDER = Path(__file__).parents[2] / "mlflow"


def test_folder_hides_no_package() -> None:
    assert not list(FOLDER.rglob("*.py"))


def test_entry_points_are_commands_with_options_that_exist() -> None:
    project = yaml.safe_load((FOLDER / "MLproject").read_text())
    for name, entry in project["entry_points"].items():
        program, *words = entry["command"].split()
        assert program == "lakehouse"
        command = get_command(app)
        for word in words:
            if not hasattr(command, "commands"):
                break
            command = command.commands[word]
        options = {option for parameter in command.params for option in parameter.opts}
        assert set(re.findall(r"--[a-z-]+", entry["command"])) <= options, name
        assert set(re.findall(r"{(\w+)}", entry["command"])) == set(entry["parameters"]), name
