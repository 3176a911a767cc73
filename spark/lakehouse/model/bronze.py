"""The bronze tables: what landed, file by file and line by line, as text."""

from __future__ import annotations

from lakehouse.model.table import Column, Table

LANDING_FILES = Table(
    name="bronze.landing_files",
    comment="The plan and the memory of ingestion: every reading of every landed file",
    grain="one reading of one file",
    key=("path", "batch"),
    columns=(
        Column("source", "STRING", "Source that the file belongs to"),
        Column("path", "STRING", "Path below the landing place"),
        Column("content_hash", "STRING", "sha256 of the file's bytes, in hex"),
        Column("size", "BIGINT", "Bytes, as landed (packed)"),
        Column("header", "STRING", "Names of the columns as a JSON array; null for JSON lines"),
        Column("header_lines", "INT", "Lines up to and with the header; 0 where there is none"),
        Column("rows", "BIGINT", "Records counted in the file itself; null where it cannot be read"),
        Column("status", "STRING", "planned, loaded, set_aside (unreadable) or replaced (by a later reading)"),
        Column("problem", "STRING", "Why the file is set aside, and the way out"),
        Column("batch", "BIGINT", "Batch that read the file; batches count from 1"),
        Column("mapping_hash", "STRING", "Version of the mapping that the file was planned with"),
        Column("reading_hash", "STRING", "Version of what the mapping says of reading, as opposed to meaning"),
    ),
    change_feed=False,
)

ORDER_LINES_RAW = Table(
    name="bronze.order_lines_raw",
    comment="Landed records as text, before any interpretation",
    grain="one record of one landed file",
    key=("file", "line_number"),
    columns=(
        Column("source", "STRING", "Source that delivered the record"),
        Column("file", "STRING", "Path of the file below the landing place"),
        Column("line_number", "BIGINT", "Number of the record's first line in the file, from 1"),
        Column("raw", "STRING", "The record as text; for Parquet, the row as JSON"),
        Column("raw_base64", "STRING", "The record's bytes in base64, where they are not valid text"),
        Column("header", "STRING", "Names of the file's columns as a JSON array; null for JSON lines"),
        Column("batch", "BIGINT", "Batch that read the file"),
        Column("mapping_hash", "STRING", "Version of the mapping that the record was read with"),
    ),
    skip_by=("batch", "file"),
)

BRONZE = (LANDING_FILES, ORDER_LINES_RAW)
