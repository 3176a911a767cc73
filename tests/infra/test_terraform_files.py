"""What every file of infra/ must keep: variables described, rights named one by one, environments alike."""

from __future__ import annotations

import re

import pytest

from tests.infra.terraform import INFRA, MODULES

FILES = sorted(path for path in INFRA.rglob("*.tf") if ".terraform" not in path.parts)

each_module = pytest.mark.parametrize("module", MODULES)


def blocks(text: str, kind: str) -> dict[str, str]:
    """The top-level blocks of a kind, by their labels; the formatting puts their ends at a line's beginning."""
    found = re.findall(rf'^{kind} ((?:"[^"]+" ?)+){{\n(.*?)^}}$', text, re.DOTALL | re.MULTILINE)
    return {labels.strip(): body for labels, body in found}


def test_variables_and_outputs_say_what_they_are() -> None:
    for path in FILES:
        text = path.read_text()
        for name, body in blocks(text, "variable").items():
            assert re.search(r"^  type +=", body, re.MULTILINE), f"{path}: variable {name} has no type"
            assert not re.search(r"\bany\b", body.partition("type ")[2].split("\n")[0]), (
                f"{path}: {name} is of any type"
            )
        for name, body in {**blocks(text, "variable"), **blocks(text, "output")}.items():
            assert re.search(r'^  description = ".{10,}"$', body, re.MULTILINE), f"{path}: {name} is not described"


def statements(text: str) -> list[str]:
    """The statements of policies: from a line `statement {` or `content {` to the end of that block."""
    lines, found = text.split("\n"), []
    for start, line in enumerate(lines):
        if re.fullmatch(r" +(statement|content) {", line):
            indent = line[: len(line) - len(line.lstrip())]
            end = lines.index(f"{indent}}}", start)
            found.append("\n".join(lines[start : end + 1]))
    return [statement for statement in found if re.search(r"^ +actions +=", statement, re.MULTILINE)]


def test_no_right_is_given_by_wildcard() -> None:
    found = [(path, statement) for path in FILES for statement in statements(path.read_text())]
    assert len(found) > 30
    for path, statement in found:
        listed = re.search(r"^ +actions +=(.*?)\]", statement, re.DOTALL | re.MULTILINE)
        actions = re.findall(r'"([^"]*)"', listed[1]) if listed else []
        assert actions, f"{path}: this test cannot read the actions of\n{statement}"
        # A refusal may be wide, and only that.
        refused = re.search(r'^ +effect += "Deny"', statement, re.MULTILINE)
        assert refused or not any("*" in action for action in actions), f"{path}\n{statement}"
        wide = re.search(r'^ +resources += \["\*"\](.*)$', statement, re.MULTILINE)
        assert wide is None or wide[1].strip().startswith("# "), f"{path}: say why no resource is named\n{statement}"


@each_module
def test_module_is_whole(module: str) -> None:
    folder = INFRA / "modules" / module
    for name in ("main.tf", "variables.tf", "outputs.tf", "versions.tf", "README.md"):
        assert (folder / name).is_file(), f"{module} has no {name}"
    assert list(folder.glob("tests/*.tftest.hcl")), f"{module} has no test"


@each_module
def test_readme_of_a_module_tells_every_variable_and_output(module: str) -> None:
    folder = INFRA / "modules" / module
    told = re.findall(r"^\| `(\w+)` \| (.+?) \|", (folder / "README.md").read_text(), re.MULTILINE)
    text = "\n".join(path.read_text() for path in sorted(folder.glob("*.tf")))
    there = {**blocks(text, "variable"), **blocks(text, "output")}
    description = re.compile(r'^  description = "(.+)"$', re.MULTILINE)
    described = {name.strip('"'): description.findall(body)[0] for name, body in there.items()}
    assert dict(told) == described


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
