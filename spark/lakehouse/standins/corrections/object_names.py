"""Names of the objects that Firehose writes: prefix, expressions in it, suffix, extension.

Source: https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html and s3-object-name.html beside it.
"""

from __future__ import annotations

import re
import secrets
import string
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

EXPRESSION = re.compile(r"!\{([^:}]*):?([^}]*)\}")
DEFAULT_DATE = "!{timestamp:yyyy/MM/dd/HH/}"
ERROR_TYPE = "!{firehose:error-output-type}"

# Of Java's DateTimeFormatter, what a date in a prefix needs.
DATE_LETTERS = {"yyyy": "%Y", "MM": "%m", "dd": "%d", "HH": "%H", "mm": "%M", "ss": "%S"}
DATE_TOKEN = re.compile(r"'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+")

EXTENSIONS = {"GZIP": ".gz", "ZIP": ".zip", "Snappy": ".snappy", "HADOOP_SNAPPY": ".hsnappy", "UNCOMPRESSED": ""}


class NameRefused(ValueError):
    """A prefix that Firehose would refuse, or that the local AWS cannot evaluate."""


@dataclass(frozen=True)
class ObjectNames:
    """How a delivery stream names its objects."""

    stream: str
    prefix: str
    error_prefix: str
    extension: str
    zone: tzinfo

    @classmethod
    def of(cls, stream: str, destination: Mapping[str, Any]) -> ObjectNames:
        """The names that an S3 destination's configuration asks for.

        Raises:
            NameRefused: an expression or time zone that cannot be evaluated, or an error prefix that is missing.
        """
        prefix, error_prefix = destination.get("Prefix") or "", destination.get("ErrorOutputPrefix") or ""
        if EXPRESSION.search(prefix) and ERROR_TYPE not in error_prefix:
            raise NameRefused(f"ErrorOutputPrefix must contain {ERROR_TYPE} when Prefix contains expressions")
        if ERROR_TYPE in prefix:
            raise NameRefused(f"Prefix cannot contain {ERROR_TYPE}")
        compression = destination.get("CompressionFormat") or "UNCOMPRESSED"
        extension = destination.get("FileExtension") or EXTENSIONS[compression]
        names = cls(stream, prefix, error_prefix, extension, _zone(destination.get("CustomTimeZone") or "UTC"))
        for text in (prefix, error_prefix):
            _evaluate(text, datetime.now(names.zone), "")
        return names

    def delivered(self, version: str, oldest: datetime) -> str:
        """Key of an object whose oldest record came in at that time."""
        return self._key(self.prefix, version, oldest, "")

    def failed(self, version: str, oldest: datetime, error_type: str) -> str:
        """Key of an object of records that could not be processed."""
        return self._key(self.error_prefix or f"{ERROR_TYPE}/", version, oldest, error_type)

    def _key(self, prefix: str, version: str, oldest: datetime, error_type: str) -> str:
        at = oldest.astimezone(self.zone)
        # Any expression takes the place of the default date.
        dated = prefix if "!{timestamp:" in prefix else prefix + DEFAULT_DATE
        suffix = f"{self.stream}-{version}-{at:%Y-%m-%d-%H-%M-%S}-{uuid4()}{self.extension}"
        return _evaluate(dated, at, error_type) + suffix


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise NameRefused(f"CustomTimeZone {name} is not known") from error


def _evaluate(prefix: str, at: datetime, error_type: str) -> str:
    def value(found: re.Match[str]) -> str:
        namespace, name = found.groups()
        if namespace == "timestamp":
            return java_date(at, name)
        if (namespace, name) == ("firehose", "error-output-type"):
            return error_type
        if (namespace, name) == ("firehose", "random-string"):
            return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(11))
        raise NameRefused(f"the local AWS does not evaluate {found.group()}")

    return EXPRESSION.sub(value, prefix)


def java_date(at: datetime, pattern: str) -> str:
    """A time written by a pattern of Java's DateTimeFormatter.

    Raises:
        NameRefused: it has a letter other than those of DATE_LETTERS.
    """
    written = []
    for token in DATE_TOKEN.finditer(pattern):
        quoted, letter = token.groups()
        if quoted is not None:
            written.append(quoted.replace("''", "'") or "'")
        elif letter is None:
            written.append(token.group())
        elif token.group() in DATE_LETTERS:
            written.append(at.strftime(DATE_LETTERS[token.group()]))
        else:
            raise NameRefused(f"the local AWS does not evaluate {token.group()} in !{{timestamp:{pattern}}}")
    return "".join(written)
