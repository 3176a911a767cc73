"""The folder that deliveries land in: gzip files in a folder per day, `2024/03/01/orders-0000.jsonl.gz`."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from pathlib import Path

from lakehouse.errors import UsageError
from lakehouse.generator.calendar import Calendar
from lakehouse.generator.manifest import MANIFEST_NAME

_UNFINISHED = "_generating"
_OURS = "[0-9][0-9][0-9][0-9]/[0-9][0-9]/[0-9][0-9]/orders-*.jsonl.gz"
_GZIP_WITHOUT_NAME_AND_TIME = 31  # zlib's window bits plus 16: a gzip header that never differs between runs


def prepare_folder(out: Path) -> None:
    """Make `out` an empty folder marked as unfinished; an earlier generation in it is removed.

    Raises:
        UsageError: `out` is no folder, or holds something that the generator did not write.
    """
    if out.exists() and not out.is_dir():
        raise UsageError(f"{out} is a file: name a folder to generate into")
    earlier = _earlier_files(out) if out.exists() and any(out.iterdir()) else []
    out.mkdir(parents=True, exist_ok=True)
    (out / _UNFINISHED).touch()
    (out / MANIFEST_NAME).unlink(missing_ok=True)
    for path in earlier:
        path.unlink()
    _remove_empty_folders(out)


def finish_folder(out: Path) -> None:
    """Take the mark away that `prepare_folder` set."""
    (out / _UNFINISHED).unlink()


def delivered_files(out: Path) -> list[Path]:
    """The files of a generation in the order of their delivery; none where it is unfinished."""
    return [] if (out / _UNFINISHED).exists() else sorted(out.glob(_OURS))


def _earlier_files(out: Path) -> list[Path]:
    files = sorted(out.glob(_OURS))
    known = {*files, out / MANIFEST_NAME, out / _UNFINISHED}
    others = sorted(path for path in out.rglob("*") if not path.is_dir() and path not in known)
    if others:
        raise UsageError(f"{out} holds other files, such as {others[0].relative_to(out)}: choose an empty folder")
    if not (out / MANIFEST_NAME).exists() and not (out / _UNFINISHED).exists():
        raise UsageError(f"{out} is not empty and has no {MANIFEST_NAME}: empty it or choose another folder")
    return files


def _remove_empty_folders(out: Path) -> None:
    for depth in ("*/*/*", "*/*", "*"):
        for folder in out.glob(depth):
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()


@dataclass
class Writer:
    """Writes deliveries and counts them; `windows` deliveries are due each day."""

    out: Path
    calendar: Calendar
    windows: int
    files: int = 0
    bytes: int = 0
    late_files: int = 0
    late_rows: int = 0

    def write(self, slot: int, lines: memoryview) -> None:
        """Write the lines that are delivered in their time."""
        day, window = divmod(slot, self.windows)
        self._write(day, f"orders-{self._clock(window)}.jsonl.gz", lines)

    def write_late(self, slot: int, arrival: int, lines: memoryview, rows: int) -> None:
        """Write lines due in `slot` that are delivered on the later day `arrival`."""
        day, window = divmod(slot, self.windows)
        due = f"{self.calendar.date_of(day):%Y%m%d}-{self._clock(window)}"
        self._write(arrival, f"orders-late-{due}.jsonl.gz", lines)
        self.late_files += 1
        self.late_rows += rows

    def _clock(self, window: int) -> str:
        """The shop's time at which a delivery's orders begin, as `HHMM`."""
        minutes = window * 1440 // self.windows
        return f"{minutes // 60:02d}{minutes % 60:02d}"

    def _write(self, day: int, name: str, lines: memoryview) -> None:
        folder = self.out / f"{self.calendar.date_of(day):%Y/%m/%d}"
        folder.mkdir(parents=True, exist_ok=True)
        packed = zlib.compress(lines, 1, _GZIP_WITHOUT_NAME_AND_TIME)
        (folder / name).write_bytes(packed)
        self.files += 1
        self.bytes += len(packed)
