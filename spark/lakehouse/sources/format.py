"""What a mapping file may say: the canonical columns, and how a source's files are written."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

REQUIRED_COLUMNS = ("order_id", "product_id", "quantity", "unit_price", "order_ts", "line_type")
OPTIONAL_COLUMNS = (
    "product_name",
    "category",
    "customer_id",
    "country",
    "line_id",
    "updated_at",
    "deleted",
    "currency",
)
COLUMNS = (*REQUIRED_COLUMNS, *OPTIONAL_COLUMNS)

TYPES = ("csv", "json", "parquet")
ENCODINGS = (
    "utf-8",
    "windows-1250",
    "windows-1251",
    "windows-1252",
    "iso-8859-1",
    "iso-8859-2",
    "iso-8859-15",
    "utf-16",
)


@dataclass(frozen=True)
class Format:
    """How the source's files are written."""

    type: str = "csv"
    files: str = "**/*"
    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str = '"'
    header: bool = True
    multiline: bool = False
    decimal_mark: str = "."
    thousands_mark: str = ""
    timestamp_format: str = ""

    @property
    def reading_hash(self) -> str:
        """Changes when records would be cut or decoded in another way: files are then read again."""
        bearing = (self.type, self.encoding, self.delimiter, self.quote, self.header, self.multiline)
        return hashlib.sha256(repr(bearing).encode()).hexdigest()[:16]
