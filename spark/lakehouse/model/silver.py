"""The silver tables: order lines typed and valid, rows that broke a rule, and what became of each record."""

from __future__ import annotations

from lakehouse.model.table import AMOUNT, QUANTITY, TOTAL, UNIT_PRICE, Column, Table

STATE_KEY = (
    Column("line_id", "STRING", "sha256, in hex, of source and the source's line id, else of the raw fields"),
    Column("content_hash", "BIGINT", "xxhash64 of the raw fields: states of one line differ in it"),
)

ORDER_LINES = Table(
    name="silver.order_lines",
    comment="Every distinct valid state of every order line, typed; the fact takes those with disposition fact",
    grain="one state of one order line",
    key=("line_id", "content_hash"),
    columns=(
        *STATE_KEY,
        Column("source", "STRING", "Source that delivered the line"),
        Column("order_id", "STRING", "Order (invoice) that the line belongs to"),
        Column("product_id", "STRING", "The shop's product number"),
        Column("product_name", "STRING", "Product name on this line"),
        Column("category", "STRING", "Product category on this line"),
        Column("customer_id", "STRING", "The shop's customer number; null for guests"),
        Column("country", "STRING", "Country of the order"),
        Column("line_type", "STRING", "sale, return or adjustment"),
        Column("quantity", QUANTITY, "Units; negative on returns"),
        Column("unit_price", UNIT_PRICE, "Price of one unit, in currency"),
        Column("net_amount", AMOUNT, "quantity x unit_price, rounded half up to 4 decimals"),
        Column("currency", "STRING", "ISO 4217 code of the amounts"),
        Column("order_ts", "TIMESTAMP", "Moment of the order (UTC)"),
        Column("order_date", "DATE", "Day of the order in the shop's business time zone"),
        Column("updated_at", "TIMESTAMP", "Moment of this state (UTC), where the source tells it"),
        Column("disposition", "STRING", "fact, set_aside, superseded or deleted"),
    ),
    skip_by=("order_date",),
)

QUARANTINE = Table(
    name="silver.quarantine",
    comment="Records that broke a rule, with all there is to know to mend them",
    grain="one distinct record that broke a rule",
    key=("line_id", "content_hash"),
    columns=(
        *STATE_KEY,
        Column("source", "STRING", "Source that delivered the record"),
        Column("reasons", "ARRAY<STRING>", "Every rule that the record broke"),
        Column("raw", "STRING", "The record as text"),
        Column("raw_base64", "STRING", "The record's bytes in base64, where they are not valid text"),
        Column("file", "STRING", "Path of the file below the landing place"),
        Column("line_number", "BIGINT", "Number of the record's first line in the file"),
        Column("batch", "BIGINT", "Batch that read the record"),
        Column("mapping_hash", "STRING", "Version of the mapping that judged the record"),
        Column("currency", "STRING", "ISO 4217 code of the amount; null where the record tells none"),
        Column("order_date", "DATE", "Day of the order; null where the record tells none"),
        Column("amount", TOTAL, "quantity x unit_price; null where it cannot be computed"),
    ),
)

DISPOSITIONS = Table(
    name="silver.dispositions",
    comment="What became of each bronze record: the ledger adds these rows up",
    grain="one bronze record",
    key=("file", "line_number"),
    columns=(
        Column("source", "STRING", "Source that delivered the record"),
        Column("file", "STRING", "Path of the file below the landing place"),
        Column("line_number", "BIGINT", "Number of the record's first line in the file"),
        Column("batch", "BIGINT", "Batch that read the record"),
        *STATE_KEY,
        Column("disposition", "STRING", "duplicate, quarantined, superseded, deleted, set_aside or fact"),
        Column("currency", "STRING", "ISO 4217 code of the amount; null where the record tells none"),
        Column("order_date", "DATE", "Day of the order; null where the record tells none"),
        Column("amount", TOTAL, "quantity x unit_price; null where it cannot be computed"),
    ),
    skip_by=("batch", "order_date"),
)

SILVER = (ORDER_LINES, QUARANTINE, DISPOSITIONS)
