"""The command line, called in this process or in one of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from lakehouse.cli import main


@dataclass(frozen=True)
class Answer:
    """How a command ended and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def words(self) -> str:
        """What it wrote on standard error, without the line breaks of a narrow terminal."""
        return " ".join(self.err.split())


Command = Callable[..., Answer]


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder: commands remember there which state was the last one run."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def lakehouse(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Calls `lakehouse ARGUMENTS` in this process."""

    def call(*arguments: object) -> Answer:
        monkeypatch.setattr(sys, "argv", ["lakehouse", *map(str, arguments)])
        capsys.readouterr()
        code = 0
        try:
            main()
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 0
        written = capsys.readouterr()
        return Answer(code, written.out, written.err)

    return call


@pytest.fixture
def process(tmp_path: Path) -> Command:
    """Calls `lakehouse ARGUMENTS` in a process of its own, in an empty folder; keywords change its environment."""

    def call(*arguments: object, **environment: str) -> Answer:
        command = [sys.executable, "-c", "from lakehouse.cli import main; main()", *map(str, arguments)]
        done = subprocess.run(
            command, cwd=tmp_path, env=os.environ | environment, capture_output=True, text=True, check=False
        )
        return Answer(done.returncode, done.stdout, done.stderr)

    return call
