"""A bucket with deleted objects can be emptied and removed. Stock moto cannot, and these tests tell when it can."""

from __future__ import annotations

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.standins.conftest import Aws

ONCE = Config(retries={"total_max_attempts": 1})


def empty_and_remove(aws: Aws) -> None:
    """Do what Terraform does with a bucket of which `force_destroy` is asked."""
    s3, bucket = aws.client("s3", ONCE), aws.bucket()
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    for body in (b"first", b"second"):
        s3.put_object(Bucket=bucket, Key="table/part", Body=body)
    s3.delete_object(Bucket=bucket, Key="table/part")
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})
    there = s3.list_object_versions(Bucket=bucket)
    for version in (*there["Versions"], *there["DeleteMarkers"]):
        s3.delete_object(Bucket=bucket, Key=version["Key"], VersionId=version["VersionId"])
    s3.delete_bucket(Bucket=bucket)
    assert bucket not in [found["Name"] for found in s3.list_buckets()["Buckets"]]


def test_bucket_with_deleted_objects_can_be_emptied_and_removed(local_aws: Aws) -> None:
    empty_and_remove(local_aws)


def test_stock_moto_fails_at_a_delete_marker(stock_aws: Aws) -> None:
    with pytest.raises(ClientError, match=r"InternalError|500"):
        empty_and_remove(stock_aws)
