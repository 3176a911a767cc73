"""Addresses of data: a folder, or a prefix on S3, which Spark spells s3a:// and all others s3://."""

from __future__ import annotations

S3 = ("s3://", "s3a://")


def is_s3(address: str) -> bool:
    """Whether the address is a place on S3, in either spelling."""
    return address.startswith(S3)


def for_spark(address: str) -> str:
    """The address as Spark's own S3 client, S3A, knows it; a folder's is left as it is."""
    return f"s3a://{address.removeprefix('s3://')}" if address.startswith("s3://") else address


def for_others(address: str) -> str:
    """The address as the AWS tools and Snowflake know it; a folder's is left as it is."""
    return f"s3://{address.removeprefix('s3a://')}" if address.startswith("s3a://") else address
