"""Small files of the state, written whole or not at all."""

from __future__ import annotations

from pathlib import Path

from lakehouse.failpoints import state_change


def replace_file(file: Path, text: str) -> None:
    """Write a file so that a run which dies within it leaves the old content or the new one, never half of either."""
    written = file.with_name(f"{file.name}.new")
    with state_change(f"write {file.name}"):
        written.write_text(text)
        written.replace(file)
