"""The tables of operation: runs and their marks, the ledger, holds."""

from __future__ import annotations

from lakehouse.model.table import TOTAL, Column, Table

JOB_RUNS = Table(
    name="ops.job_runs",
    comment="Every run of every job that ended well, with the versions it read: the next run's high-water marks",
    grain="one run of one job",
    key=("run_id", "job"),
    columns=(
        Column("run_id", "STRING", "Run of the pipeline; sorts by time"),
        Column("job", "STRING", "Job, as in pipeline.yaml"),
        Column("source", "STRING", "Source of the state"),
        Column("mapping_hash", "STRING", "Version of the mapping in force"),
        Column("started_at", "TIMESTAMP", "Start (UTC)"),
        Column("finished_at", "TIMESTAMP", "End (UTC)"),
        Column("seconds", "DOUBLE", "Wall time"),
        Column("inputs", "MAP<STRING, STRUCT<id: STRING, version: BIGINT>>", "Delta tables read, up to this version"),
        Column("rows", "MAP<STRING, BIGINT>", "Rows inserted, updated and deleted, by table"),
    ),
    change_feed=False,
)

LEDGER = Table(
    name="ops.ledger",
    comment="Rows and money at every hop, cumulative; a run's own figures are the difference between versions",
    grain="one source, currency, order date, hop and disposition",
    key=("source", "currency", "order_date", "hop", "disposition"),
    columns=(
        Column("source", "STRING", "Source of the rows"),
        Column("currency", "STRING", "ISO 4217 code; null where the rows tell none"),
        Column("order_date", "DATE", "Day of the order; null where the rows tell none"),
        Column(
            "hop", "STRING", "landing, bronze, silver, quarantine, order_lines, fact_sales, daily_sales, star, marts"
        ),
        Column("disposition", "STRING", "What became of the rows; further on landed, sale, return, or net of the two"),
        Column("rows", "BIGINT", "Rows"),
        Column("rows_without_amount", "BIGINT", "Rows whose amount cannot be computed"),
        Column("amount", TOTAL, "Sum of amounts, in currency"),
    ),
)

HOLDS = Table(
    name="ops.holds",
    comment="Shares of quarantined rows above max_quarantine: publishing waits while one is open",
    grain="one source, or one of its batches",
    key=("source", "batch"),
    columns=(
        Column("source", "STRING", "Source of the rows"),
        Column("batch", "BIGINT", "Batch of at least 1,000 rows; 0 for all the source's rows so far"),
        Column("rows", "BIGINT", "Rows landed"),
        Column("quarantined", "BIGINT", "Rows quarantined"),
        Column("rule", "STRING", "The rule broken most often"),
        Column("status", "STRING", "open, accepted (by --accept-quarantine) or mended"),
        Column("accepted", "BIGINT", "Quarantined rows that the user has accepted"),
    ),
)

OPS = (JOB_RUNS, LEDGER, HOLDS)
