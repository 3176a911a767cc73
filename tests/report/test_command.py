"""The command on a machine without the packages of the report, and on a state without a warehouse."""

from __future__ import annotations

from pathlib import Path

import pytest

from lakehouse.cli import report as command
from lakehouse.errors import EnvironmentProblem, UsageError


def test_lacking_packages_are_named_with_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "find_spec", lambda name: None if name == "altair" else object())
    with pytest.raises(EnvironmentProblem, match=r"needs altair, which.*softcart-lakehouse\[report\]"):
        command.report()


def test_state_that_was_never_run_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="There is no state in"):
        command.report(tmp_path)
