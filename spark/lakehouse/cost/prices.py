"""List prices of us-east-1 (N. Virginia) in USD before tax, and what one line of a bill is.

Free tiers and discounts are left out. Where a price falls with the quantity, the first tier's counts for all of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

HOURS = 730
"""Hours of a month, as AWS's own examples count it: a twelfth of a year."""
DAYS = HOURS / 24
"""Days of a month: 30.4."""
GB = 2**30
"""Bytes of the GB that AWS bills."""
TB = 2**40
"""Bytes of the TB that Snowflake bills."""


@dataclass(frozen=True)
class Price:
    """What one unit costs, and the page that says so."""

    name: str
    usd: Decimal
    unit: str
    page: str


@dataclass(frozen=True)
class Item:
    """One line of a month's bill: so many units at a price."""

    service: str
    what: str
    quantity: float
    price: Price

    @property
    def usd(self) -> Decimal:
        """Quantity times price, to the cent."""
        return (Decimal(str(self.quantity)) * self.price.usd).quantize(Decimal("0.01"), ROUND_HALF_UP)


def _price(name: str, usd: str, unit: str, page: str) -> Price:
    return Price(name, Decimal(usd), unit, page)


def dpu_hour(usd: Decimal) -> Price:
    """Glue's price, which `Assumptions` holds."""
    return Price("Glue", usd, "DPU-hour", "AWS Glue pricing, ETL jobs: per DPU-hour")


_STREAMS = "Amazon Kinesis Data Streams pricing"
SHARD_HOUR = _price("shard-hour", "0.015", "shard-hour", f"{_STREAMS}, provisioned: shard hour")
SHARD_RETENTION = _price(
    "shard-hour with longer retention", "0.020", "shard-hour", f"{_STREAMS}, provisioned: extended data retention"
)
PUT_UNITS = _price("PUT payload units", "0.014", "million units", f"{_STREAMS}, provisioned: PUT payload units")
STREAM_HOUR = _price(
    "on-demand stream", "0.040", "stream-hour", f"{_STREAMS}, on-demand standard: per stream, per hour"
)
STREAM_IN = _price("on-demand data in", "0.080", "GB", f"{_STREAMS}, on-demand standard: data ingested")
STREAM_OUT = _price("on-demand data out", "0.040", "GB", f"{_STREAMS}, on-demand standard: data retrieved")
STREAM_RETENTION = _price(
    "on-demand longer retention", "0.10", "GB-month", f"{_STREAMS}, on-demand standard: extended data retention"
)
DELIVERY = _price(
    "delivery", "0.029", "GB", "Amazon Data Firehose pricing, Kinesis Data Streams as a source: first 500 TB"
)

_S3 = "Amazon S3 pricing"
STANDARD = _price("S3 Standard", "0.023", "GB-month", f"{_S3}, storage: S3 Standard, first 50 TB")
INFREQUENT = _price("S3 Standard-IA", "0.0125", "GB-month", f"{_S3}, storage: S3 Standard - Infrequent Access")
PUTS = _price("PUT, COPY, POST, LIST", "0.005", "thousand requests", f"{_S3}, requests: S3 Standard")
GETS = _price("GET and others", "0.0004", "thousand requests", f"{_S3}, requests: S3 Standard")
TRANSITIONS = _price(
    "moves to infrequent access", "0.01", "thousand requests", f"{_S3}, lifecycle transitions into S3 Standard-IA"
)

KEY = _price("customer key", "1.00", "key-month", "AWS Key Management Service pricing, key storage")
KEY_CALLS = _price("calls", "0.03", "ten thousand calls", "AWS Key Management Service pricing, requests")
SECRET = _price("secret", "0.40", "secret-month", "AWS Secrets Manager pricing, per secret per month")
_WATCH = "Amazon CloudWatch pricing"
ALARM = _price("alarm", "0.10", "alarm-month", f"{_WATCH}, alarms: standard resolution")
DASHBOARD = _price("dashboard", "3.00", "dashboard-month", f"{_WATCH}, dashboards")
LOGS_IN = _price("logs taken in", "0.50", "GB", f"{_WATCH}, logs: collect, standard class")
LOGS_KEPT = _price("logs kept", "0.03", "GB-month", f"{_WATCH}, logs: store, archival")
TABLE = _price(
    "on-demand table", "0.25", "GB-month", "Amazon DynamoDB pricing, on-demand: Standard table class storage"
)

CREDIT = _price("credit", "2.00", "credit", "Snowflake pricing, Standard edition, AWS US East (Northern Virginia)")
WAREHOUSE_STORAGE = _price(
    "storage", "23.00", "TB-month", "Snowflake pricing, storage, AWS US East (Northern Virginia)"
)

_FARGATE = "AWS Fargate pricing, Linux on x86"
VCPU_HOUR = _price("Fargate vCPU", "0.04048", "vCPU-hour", f"{_FARGATE}: per vCPU per hour")
MEMORY_HOUR = _price("Fargate memory", "0.004445", "GB-hour", f"{_FARGATE}: per GB per hour")
_DATABASE = "Amazon RDS for PostgreSQL pricing, single-AZ"
DATABASE_HOUR = _price("db.t4g.micro", "0.016", "instance-hour", f"{_DATABASE}: db.t4g.micro")
DATABASE_STORAGE = _price("database storage", "0.115", "GB-month", f"{_DATABASE}: General Purpose storage, gp3")
BALANCER_HOUR = _price(
    "load balancer", "0.0225", "hour", "Elastic Load Balancing pricing, Application Load Balancer-hour"
)
