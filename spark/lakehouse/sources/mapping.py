"""Mapping files: a source's format, its fields, and a Spark SQL expression for each canonical column."""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from lakehouse.addresses import is_s3
from lakehouse.errors import MappingError, UsageError
from lakehouse.sources.format import Format
from lakehouse.sources.problems import TOP_TYPES, mapping_problems
from lakehouse.sources.storage import read_file

BUILTIN = Path(__file__).parent / "builtin"


@dataclass(frozen=True)
class Mapping:
    """One source: where its values are and what they mean. `hash` changes when anything in it does."""

    name: str
    currency: str
    timezone: str
    business_timezone: str
    earliest: date
    latest: date
    fields: dict[str, tuple[str | int, ...]]
    columns: dict[str, str]
    format: Format = field(default_factory=Format)
    description: str = ""
    max_quarantine: float = 0.05
    origin: str = ""

    @property
    def hash(self) -> str:
        """The first 16 hex digits of a sha256 over all that bears on a row."""
        bearing = (self.name, self.currency, self.timezone, self.business_timezone, self.earliest, self.latest)
        text = repr((bearing, list(self.fields.items()), sorted(self.columns.items()), self.format))
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def builtin_sources() -> list[str]:
    """Names of the sources that the project brings."""
    return sorted(path.stem for path in BUILTIN.glob("*.toml"))


def load_mapping(source: str) -> Mapping:
    """Read a built-in source by name, or a mapping file by path or by its address on S3.

    Raises:
        UsageError: no such source.
        LandingError: S3 does not give the file.
        MappingError: the file has problems; all of them are listed.
    """
    if is_s3(source):
        return parse_mapping(_read_toml(source), source)
    path = BUILTIN / f"{source}.toml"
    if source.endswith(".toml"):
        path = Path(source).expanduser()
    if not path.is_file():
        close = get_close_matches(source, builtin_sources(), 1)
        hint = f" Did you mean {close[0]}?" if close else ""
        raise UsageError(
            f"There is no source {source!r}.{hint} Built in are: {', '.join(builtin_sources())}; "
            "for your own, give the path of a mapping file that ends in .toml (docs/bring-your-own-orders.md)."
        )
    return parse_mapping(_read_toml(str(path)), str(path))


def _read_toml(origin: str) -> dict[str, Any]:
    try:
        return tomllib.loads(read_file(origin).decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MappingError(origin, [f"it is not valid TOML: {error}"]) from error


def parse_mapping(content: dict[str, Any], origin: str) -> Mapping:
    """Turn a mapping file's content into a Mapping.

    Raises:
        MappingError: with every problem that can be seen without Spark, each with its likely fix.
    """
    content = {"earliest": date(2000, 1, 1), "latest": date(2100, 1, 1), **content}
    content.setdefault("name", Path(origin).stem)
    problems = mapping_problems(content)
    if problems:
        raise MappingError(origin, problems)
    content.setdefault("business_timezone", content["timezone"])
    fields = {name: _names(value) for name, value in content["fields"].items()}
    columns = {name: expression.strip() for name, expression in content["columns"].items()}
    form = Format(**content.get("format", {}))
    rest = {key: content[key] for key in TOP_TYPES if key in content and key not in ("fields", "columns", "format")}
    return Mapping(**rest, fields=fields, columns=columns, format=form, origin=origin)


def _names(value: str | int | list[str | int]) -> tuple[str | int, ...]:
    return tuple(value) if isinstance(value, list) else (value,)
