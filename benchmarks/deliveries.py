"""Deliveries cut out of one generation: a history of some days, and what can come on the day after it."""

from __future__ import annotations

import gzip
import re
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from lakehouse.generator import BUSINESS_TIMEZONE

SOUND_SALE = re.compile(
    r'\{"line_id":"L[\d-]+","order_id":"S\d+","updated_at":"[\dT:.Z-]+","ordered_at":"[\dT:Z-]+","type":"sale",'
    r'"deleted":false,"product":\{"id":"P\d+",.*"quantity":\d+(?:\.\d{1,3})?,"unit_price":\d+\.\d\d\}'
)


@dataclass(frozen=True)
class Generation:
    """A generated landing folder, by its days in order."""

    landing: Path

    @property
    def days(self) -> list[Path]:
        """The folders of the days."""
        return sorted(self.landing.glob("*/*/*/"))

    def history(self, days: int, to: Path, left_out: Iterable[str] = ()) -> None:
        """Land the last `days` days before the last one in the folder `to`, but for the lines `left_out`."""
        missing = frozenset(left_out)
        for day in self.days[-1 - days : -1]:
            for file in day.iterdir():
                target = to / file.relative_to(self.landing)
                target.parent.mkdir(parents=True, exist_ok=True)
                lines = read(file) if missing else []
                if missing.intersection(lines):
                    write(target, (line for line in lines if line not in missing))
                else:
                    shutil.copy(file, target)

    def day(self, back: int) -> list[str]:
        """The lines that came in time on a day: 0 is the last."""
        files = sorted(file for file in self.days[-1 - back].iterdir() if "late" not in file.name)
        return [line for file in files for line in read(file)]

    def day_in_order(self) -> list[str]:
        """The last day's lines, but for those that tell of orders of earlier days."""
        begins = _utc_midnight(self.days[-1])
        return [line for line in self.day(0) if (moment := _ordered_at(line)) >= begins or not moment]


def _utc_midnight(day: Path) -> str:
    """When the business day of a folder such as `2025/02/03` begins, as events tell the time."""
    year, month, date = map(int, day.parts[-3:])
    local = datetime(year, month, date, tzinfo=ZoneInfo(BUSINESS_TIMEZONE))
    return local.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _ordered_at(line: str) -> str:
    found = re.search(r'"ordered_at":"(20\d\d-\d\d-\d\dT[\d:]+Z)"', line)
    return found[1] if found else ""


def read(file: Path) -> list[str]:
    """The lines of a gzip file; bytes that are no UTF-8 are kept."""
    return gzip.decompress(file.read_bytes()).decode(errors="surrogateescape").splitlines()


def write(file: Path, lines: Iterable[str]) -> None:
    """Write lines as a gzip file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(f"{line}\n" for line in lines)
    file.write_bytes(gzip.compress(text.encode(errors="surrogateescape"), 1, mtime=0))


def updated(lines: Iterable[str], moment: str) -> list[str]:
    """The sound sales among `lines` sent again at `moment`, with one unit more."""

    def one_more(found: re.Match[str]) -> str:
        return f'"quantity":{Decimal(found[1]) + 1}'

    return _sent_again(lines, moment, lambda line: re.sub(r'"quantity":([\d.]+)', one_more, line))


def deleted(lines: Iterable[str], moment: str) -> list[str]:
    """The sound sales among `lines` deleted at `moment`."""
    return _sent_again(lines, moment, lambda line: line.replace('"deleted":false', '"deleted":true'))


def _sent_again(lines: Iterable[str], moment: str, change: Callable[[str], str]) -> list[str]:
    sent_at = f'"updated_at":"{moment}"'
    sales = (line for line in lines if SOUND_SALE.fullmatch(line))
    return [re.sub(r'"updated_at":"[^"]+"', sent_at, change(line)) for line in sales]
