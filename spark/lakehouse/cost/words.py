"""What the page on cost says between its tables."""

from __future__ import annotations

from lakehouse.cost.glue import Measured

_HEAD = """\
# What it costs

<!-- Written by `python -m lakehouse.cost.document > docs/cost.md`: change spark/lakehouse/cost, not this file. -->

What an idle month costs, and one with 1, 10 or 100 million order lines a day, service by service. No such bill has
been paid: nothing has run on real accounts yet. The figures are quantities times list prices of us-east-1, in USD,
without tax, free tiers and discounts. A quantity is measured where that can be done here: CPU seconds by job, bytes
by line. All else is assumed, and [listed](#what-is-assumed-and-what-was-measured). `lakehouse cost --month` prints
the same for other numbers of lines; with `--format csv` or `json` it has every item.

CPU was measured {measured_at} on {machine}.
`make bench ONLY=cost` measures anew and writes this page again. A month has 730 hours, or 30.4 days. What is stored
is what lies there after {days} days of so many lines: the bill is the twelfth month's, and the first one's storage is
a twelfth of it.
"""
MONTH = """\
*Idle* is a month in which no line lands, on an empty lake: what earlier lines have left costs its storage besides.
"""
ENVIRONMENTS = {
    "dev": """\
Starts when it is asked to: no run in an idle month, else one a day. One shard, always there.
""",
    "prod": """\
Runs every hour, with lines or without: so its idle month has 730 runs, each of which starts every job and wakes the
virtual warehouse. The stream is on demand and keeps a record for a week.
""",
}
LEVERS = """\
The same months of `prod`, with one thing changed.

- Kinesis rounds each record up to 1 KB and Firehose to 5 KB, and an order line has a third of a KB. A sender who
  packs lines into a record, with line ends between them, pays for what it sends. `lakehouse send` does not pack.
- Fewer runs start less often, and results are older.
- A shard, or as many as are needed, is cheaper than a stream on demand, takes no burst beyond its size, and here
  keeps a record for a day.
- MLflow's servers stand all month, and the forecast is a seventh job in every run. Both are off unless asked for.
"""
RECKONED = """\
Each item is a quantity times a price, rounded to the cent; a service is the sum of its items. The arithmetic shown is
that of `prod` with {lines} lines a day.
"""
FORMULAS = {
    "Glue": """\
`DPU-hours of a run * runs a day * 30.4`, where a run takes the lines of a day divided by its runs. What one run comes
to is told [below](#a-run-on-glue-from-1-to-10000-million-lines-a-day). The six jobs that are deployed without MLflow
count.
""",
    "S3": """\
- Landing: `lines a day * landed_bytes * days`. Files of 128 KB and more move to infrequent access after 30 days;
  smaller ones stay where they are.
- Tables: `lines a day * (bronze_bytes + silver_bytes + gold_bytes) * kept_copies * days`.
- Exports: `lines a day * gold_bytes * days`, the days until they expire and those that their old versions are kept.
- Landed files in a day: Firehose delivers when its seconds are up or its megabytes are full, whichever is more often;
  there are no more files than records.
- Written and listed in a day: `runs * (puts_a_run + landed files / 1,000) + objects`, since a LIST tells 1,000 files.
- Read in a day: `runs * gets_a_run + objects * gets_an_object`. Objects are `bytes of the day's tables /
  object_bytes`, and the day's landed files.
- Access logs: `requests a day * access_log_bytes * days` that they are kept.
- The wheel, entry points and mapping come to a few MB, less than a cent.
""",
    "Kinesis": """\
- On demand (`prod`): `730 hours`; data in, `records * size, rounded up to 1 KB`; data out, the same once, since
  Firehose alone reads (that it is rounded too is assumed); `data of a day * days held beyond the first`.
- Provisioned (`dev`, the last three rows): `shards * 730`; `records * units of 25 KB`; and `shards * 730` once more
  where data is held beyond a day.
- Shards are those of the environment, or as many as the busiest second needs, `records a day / 86,400 * peak`, at
  1,000 records and 1 MB a second each.
""",
    "Firehose": """\
`records * size, rounded up to 5 KB`. Compression, line ends and folders by day are in the price.
""",
    "Snowflake": """\
- Credits: `seconds awake / 3,600 * credits an hour`, 1 for XSMALL. A run keeps the virtual warehouse awake for
  `awake_seconds`; where there are lines, for `publish_seconds + million lines * seconds_a_million` more; then for the
  60 seconds of `auto_suspend`.
- Storage: `lines a day * gold_bytes * warehouse_copies * days`.
- What readers ask comes on top: each hour that they keep an XSMALL warehouse awake is a credit.
""",
    "KMS": """\
One key, of 1 USD a month in its first year; each of its first two yearly rotations adds 1 USD a month. Calls: `runs *
key_calls_a_run`, and `730 * key_calls_an_hour` in a month with lines.
""",
    "Secrets Manager": """\
One secret; a call for each run is less than a cent.
""",
    "CloudWatch": """\
Alarms, a dashboard, and logs, taken in once and kept: `runs * jobs * log_mb_a_job`.
""",
    "DynamoDB": """\
Nothing: the table of Delta's log store is empty and asked nothing, unless `delta_log_store_jars` switches it on.
""",
    "MLflow": """\
Off in both environments. Where it is on: two Fargate servers, a small PostgreSQL, a load balancer and a secret, all
month. The balancer's traffic is not in it.
""",
}
GLUE = """\
A job's workers wait while its session starts and while the driver does what is fixed; then the lines are shared out:

- alone = `start_seconds + CPU seconds a run * cpu_ratio`
- work = `CPU seconds a million lines * million lines * cpu_ratio / (vcpus_per_dpu * DPUs of a worker * busy_share)`
- workers: those of `glue_jobs/pipeline.yaml`, or as many as end it in half its timeout; one of them is the driver
- seconds = `alone + work / (workers - 1)`
- DPU-seconds = `seconds, 60 at least, * workers * DPUs of a worker`
- USD = `DPU-seconds / 3,600 * 0.308`

All workers are billed from start to end, although autoscaling may give some back. Retries are not counted.
"""
GLUE_RUN = """\
One of 24 runs in a day with {day} lines, {lines} of them new; `prod` leaves the forecast out unless MLflow is on:
"""
GLUE_SIZES = """\
One of the day's runs, and a rebuild of everything from landing:
"""
PRICES = """\
List prices of us-east-1 (N. Virginia), noted by hand from the pages named; nothing fetches them, so look them up
before you rely on them. Glue's is that of Glue 6.0. Other regions differ, mostly upwards. Where a price falls with
the quantity, the first tier's counts for all of it.
"""
NOT_IN_IT = """\
- What readers do: queries in Snowflake and Athena, dashboards.
- Glue's metrics. Should they be billed as custom metrics, each costs 0.30 USD a month while it is reported.
- Full rebuilds, retries after failures, and the weekly upkeep of the tables, which was not measured.
- Traffic between regions. Lake, jobs and Snowflake are taken to be in one region, where it is free.
- Mails of SNS, EventBridge, the budget and the catalogue: free, or less than a cent, at these quantities.
- Terraform's state, support plans, tax.
"""


def head(measured: Measured, days: int) -> str:
    """The beginning: what the figures are, what was measured when."""
    return _HEAD.format(measured_at=measured.measured_at, machine=measured.machine, days=days)
