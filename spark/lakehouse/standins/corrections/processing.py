"""What Firehose does to records between buffer and object: decompress, delimit, compress. All else is refused."""

from __future__ import annotations

import base64
import gzip
import json
import time
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lakehouse.standins.corrections.firehose_buffer import Record

FAILED = "processing-failed"


class ProcessingRefused(ValueError):
    """A configuration that the local AWS cannot honour."""


@dataclass(frozen=True)
class Processing:
    """The steps of one delivery stream."""

    delimiter: bytes
    decompress: bool
    compress: bool

    @classmethod
    def of(cls, destination: Mapping[str, Any]) -> Processing:
        """The steps that a destination's configuration asks for.

        Raises:
            ProcessingRefused: it asks for a step that is not done here: rather none than a wrong result.
        """
        for name in ("DataFormatConversionConfiguration", "DynamicPartitioningConfiguration"):
            if (destination.get(name) or {}).get("Enabled"):
                raise ProcessingRefused(f"the local AWS does not do what {name} asks for")
        compression = destination.get("CompressionFormat") or "UNCOMPRESSED"
        if compression not in ("UNCOMPRESSED", "GZIP"):
            raise ProcessingRefused(f"the local AWS does not compress to {compression}")
        processors = _processors(destination)
        unknown = processors.keys() - {"AppendDelimiterToRecord", "Decompression"}
        if unknown:
            raise ProcessingRefused(f"the local AWS has no processor {', '.join(sorted(unknown))}")
        delimiter = processors.get("AppendDelimiterToRecord")
        return cls(
            delimiter=b"" if delimiter is None else _delimiter(delimiter),
            decompress="Decompression" in processors,
            compress=compression == "GZIP",
        )

    def split(self, records: Sequence[Record]) -> tuple[list[bytes], list[tuple[Record, str]]]:
        """Process records; those that cannot be come second, each with what is wrong with it."""
        done, failed = [], []
        for record in records:
            try:
                data = gzip.decompress(record.data) if self.decompress else record.data
            except (OSError, EOFError, zlib.error) as error:
                failed.append((record, str(error)))
            else:
                done.append(data + self.delimiter)
        return done, failed

    def pack(self, parts: Sequence[bytes]) -> bytes:
        """An object's content."""
        content = b"".join(parts)
        return gzip.compress(content, compresslevel=6) if self.compress else content


def failure_lines(failed: Sequence[tuple[Record, str]]) -> list[bytes]:
    """Records that could not be processed, a line of JSON each, in the form of AWS's failed transformations."""
    return [
        json.dumps({
            "attemptsMade": 1,
            "arrivalTimestamp": int(record.arrived.timestamp() * 1000),
            "errorCode": "Decompression.Failed",
            "errorMessage": problem,
            "attemptEndingTimestamp": int(time.time() * 1000),
            "rawData": base64.b64encode(record.data).decode(),
        }).encode() + b"\n"
        for record, problem in failed
    ]  # fmt: skip


def _processors(destination: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    configuration = destination.get("ProcessingConfiguration") or {}
    if not configuration.get("Enabled"):
        return {}
    return {
        processor["Type"]: {p["ParameterName"]: p["ParameterValue"] for p in processor.get("Parameters") or []}
        for processor in configuration.get("Processors") or []
    }


def _delimiter(parameters: Mapping[str, str]) -> bytes:
    # The API takes the two characters backslash and n for a line break.
    return parameters.get("Delimiter", "\\n").replace("\\n", "\n").encode()
