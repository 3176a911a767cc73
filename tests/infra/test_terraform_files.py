"""What every file of infra/ must keep: variables described, rights named one by one, environments alike."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.infra.terraform import INFRA, MODULES

FILES = sorted(path for path in INFRA.rglob("*.tf") if ".terraform" not in path.parts)

each_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(INFRA).as_posix())


def blocks(text: str, kind: str) -> dict[str, str]:
    """The top-level blocks of a kind, by their labels; the formatting puts their ends at a line's beginning."""
    found = re.findall(rf'^{kind} ((?:"[^"]+" ?)+){{\n(.*?)^}}$', text, re.DOTALL | re.MULTILINE)
    return {labels.strip(): body for labels, body in found}


@each_file
def test_variables_and_outputs_say_what_they_are(path: Path) -> None:
    text = path.read_text()
    for name, body in blocks(text, "variable").items():
        assert re.search(r'^  description = ".{10,}"$', body, re.MULTILINE), f"variable {name} is not described"
        assert re.search(r"^  type +=", body, re.MULTILINE), f"variable {name} has no type"
        assert not re.search(r"\bany\b", body.partition("type ")[2].split("\n")[0]), f"variable {name} is of any type"
    for name, body in blocks(text, "output").items():
        assert re.search(r'^  description = ".{10,}"$', body, re.MULTILINE), f"output {name} is not described"


def statements(text: str) -> list[str]:
    """The statements of policies: from a line `statement {` or `content {` to the end of that block."""
    lines, found = text.split("\n"), []
    for start, line in enumerate(lines):
        if re.fullmatch(r" +(statement|content) {", line):
            indent = line[: len(line) - len(line.lstrip())]
            end = lines.index(f"{indent}}}", start)
            found.append("\n".join(lines[start : end + 1]))
    return [statement for statement in found if re.search(r"^ +actions +=", statement, re.MULTILINE)]


@each_file
def test_no_right_is_given_by_wildcard(path: Path) -> None:
    for statement in statements(path.read_text()):
        actions = re.findall(r'"([^"]*)"', re.search(r"actions +=(.*?)\]", statement, re.DOTALL)[1])  # type: ignore[index]
        # A refusal may be wide, and only that.
        assert re.search(r'effect += "Deny"', statement) or not any("*" in action for action in actions), statement
        wide = re.search(r'^ +resources += \["\*"\](.*)$', statement, re.MULTILINE)
        assert wide is None or wide[1].strip().startswith("# "), f"say why no resource can be named:\n{statement}"


@pytest.mark.parametrize("module", MODULES)
def test_module_is_whole(module: str) -> None:
    folder = INFRA / "modules" / module
    for name in ("main.tf", "variables.tf", "outputs.tf", "versions.tf", "README.md"):
        assert (folder / name).is_file(), f"{module} has no {name}"
    assert list(folder.glob("tests/*.tftest.hcl")), f"{module} has no test"


def test_readme_of_a_module_tells_every_variable_and_output() -> None:
    for module in MODULES:
        folder = INFRA / "modules" / module
        told = set(re.findall(r"^\| `(\w+)` \|", (folder / "README.md").read_text(), re.MULTILINE))
        text = "\n".join(path.read_text() for path in folder.glob("*.tf"))
        there = {name.strip('"') for kind in ("variable", "output") for name in blocks(text, kind)}
        assert told == there, f"{module}/README.md"


def test_dev_and_prod_differ_in_values_only() -> None:
    dev, prod = ({path.name: path for path in (INFRA / "envs" / name).glob("*.tf")} for name in ("dev", "prod"))
    assert dev.keys() == prod.keys()
    for name in dev.keys() - {"backend.tf"}:
        assert dev[name].read_text() == prod[name].read_text(), f"{name} differs"
    keys = [re.sub(r"key += .*", "", files["backend.tf"].read_text()) for files in (dev, prod)]
    assert keys[0] == keys[1]


def test_state_is_locked_where_it_is_shared() -> None:
    for name in ("dev", "prod"):
        backend = (INFRA / "envs" / name / "backend.tf").read_text()
        assert re.search(r"use_lockfile += true", backend)
        assert re.search(r"encrypt +=? true", backend)
    assert not (INFRA / "envs" / "local" / "backend.tf").exists()


def test_no_secret_is_kept_in_state() -> None:
    managed = re.compile(
        r'^resource "(random_password|tls_private_key|aws_secretsmanager_secret_version)"', re.MULTILINE
    )
    assert [path.name for path in FILES if managed.search(path.read_text())] == []
