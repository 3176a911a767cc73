"""Policies are judged whole: effects, principals, actions, resources, conditions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from lakehouse.standins.corrections.conditions import ConditionUnknown, Context, holds
from lakehouse.standins.corrections.policy import Asked, Decision, decide, statements
from tests.standins.conftest import Aws


def policy(*listed: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(listed)})


def statement(effect: str, action: str, *resources: str, **more: Any) -> dict[str, Any]:
    return {"Effect": effect, "Action": action, "Resource": list(resources), **more}


def tls_only(bucket: str) -> str:
    """What the lake's buckets have: nothing is served but over TLS."""
    everything = (f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*")
    insecure = {"Bool": {"aws:SecureTransport": "false"}}
    return policy(statement("Deny", "s3:*", *everything, Principal="*", Condition=insecure))


def bucket_for_tls_only(aws: Aws) -> str:
    bucket = aws.bucket()
    aws.client("s3").put_object(Bucket=bucket, Key="file", Body=b"content")
    aws.client("s3").put_bucket_policy(Bucket=bucket, Policy=tls_only(bucket))
    return bucket


@contextmanager
def refused(code: str = "AccessDenied") -> Iterator[None]:
    with pytest.raises(ClientError) as error:
        yield
    assert error.value.response["Error"]["Code"] == code


def test_bucket_for_tls_only_serves_its_users(local_aws: Aws) -> None:
    bucket, s3 = bucket_for_tls_only(local_aws), local_aws.client("s3")
    assert s3.get_object(Bucket=bucket, Key="file")["Body"].read() == b"content"
    s3.put_object(Bucket=bucket, Key="new", Body=b"")
    assert [found["Key"] for found in s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["file", "new"]
    deleted = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "file"}, {"Key": "new"}]})
    assert sorted(one["Key"] for one in deleted["Deleted"]) == ["file", "new"]
    s3.delete_bucket(Bucket=bucket)


def test_bucket_for_tls_only_refuses_what_came_without(local_aws: Aws) -> None:
    bucket, s3 = bucket_for_tls_only(local_aws), local_aws.client("s3")
    s3.meta.events.register(
        "before-sign.s3", lambda request, **_: request.headers.add_header("X-Forwarded-Proto", "http")
    )
    with refused():
        s3.get_object(Bucket=bucket, Key="file")
    with refused():
        s3.put_object(Bucket=bucket, Key="new", Body=b"")
    with refused():
        s3.list_objects_v2(Bucket=bucket)
    answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "file"}]})
    assert [error["Code"] for error in answer["Errors"]] == ["AccessDenied"]


def test_stock_moto_still_refuses_everybody_a_bucket_for_tls_only(stock_aws: Aws) -> None:
    bucket = bucket_for_tls_only(stock_aws)
    with refused("403"):
        stock_aws.client("s3").head_object(Bucket=bucket, Key="file")


def test_denial_by_encryption_stops_only_objects_without(local_aws: Aws) -> None:
    bucket, s3 = local_aws.bucket(), local_aws.client("s3")
    wrong = {"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}}
    denial = statement("Deny", "s3:PutObject", f"arn:aws:s3:::{bucket}/*", Principal={"AWS": "*"}, Condition=wrong)
    s3.put_bucket_policy(Bucket=bucket, Policy=policy(denial))
    with refused():
        s3.put_object(Bucket=bucket, Key="plain", Body=b"")
    s3.put_object(Bucket=bucket, Key="encrypted", Body=b"", ServerSideEncryption="aws:kms")


def test_policy_that_cannot_be_judged_is_refused_when_it_is_put(local_aws: Aws) -> None:
    bucket = local_aws.bucket()
    odd = statement(
        "Deny", "s3:*", "*", Principal="*", Condition={"DateGreaterThan": {"aws:CurrentTime": "2026-01-01"}}
    )
    with refused("MalformedPolicy"):
        local_aws.client("s3").put_bucket_policy(Bucket=bucket, Policy=policy(odd))


REQUEST: Context = {"aws:securetransport": ["true"], "aws:sourceip": ["10.1.2.3"], "s3:prefix": ["bronze/orders/"]}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"Bool": {"aws:SecureTransport": "true"}}, True),
        ({"Bool": {"aws:SecureTransport": False}}, False),
        ({"Bool": {"aws:MultiFactorAuthPresent": "false"}}, False),
        ({"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}, True),
        ({"Null": {"aws:MultiFactorAuthPresent": "true"}}, True),
        ({"Null": {"aws:SourceIp": "true"}}, False),
        ({"StringLike": {"s3:prefix": ["gold/*", "bronze/*"]}}, True),
        ({"StringEquals": {"s3:prefix": ["bronze/"]}}, False),
        ({"StringNotLike": {"s3:prefix": ["gold/*", "bronze/*"]}}, False),
        ({"StringNotEquals": {"s3:absent": "any"}}, True),
        ({"StringEquals": {"s3:absent": "any"}}, False),
        ({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, True),
        ({"NotIpAddress": {"aws:SourceIp": ["10.0.0.0/8", "192.168.0.0/16"]}}, False),
        ({"ForAllValues:StringLike": {"s3:absent": "any"}}, True),
        ({"ForAnyValue:StringLike": {"s3:absent": "any"}}, False),
        ({"Bool": {"aws:SecureTransport": "true"}, "IpAddress": {"aws:SourceIp": "192.168.0.0/16"}}, False),
    ],
)
def test_condition_holds_as_aws_says(condition: dict[str, Any], expected: bool) -> None:
    assert holds(condition, REQUEST) is expected


def test_condition_that_is_not_known_is_never_guessed() -> None:
    with pytest.raises(ConditionUnknown, match="BinaryEquals"):
        holds({"BinaryEquals": {"key": "QmFzZTY0"}}, REQUEST)


SESSION = "arn:aws:sts::123456789012:assumed-role/loader/run"


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        (statement("Allow", "s3:Get*", "arn:aws:s3:::lake/*"), Decision.ALLOWED),
        (statement("Allow", "S3:getobject", "arn:aws:s3:::lake/gold/?.parquet"), Decision.ALLOWED),
        (statement("Allow", "s3:GetObject", "arn:aws:s3:::lake"), Decision.SILENT),
        (statement("Allow", "s3:Put*", "*"), Decision.SILENT),
        ({"Effect": "Deny", "NotAction": "s3:List*", "Resource": "*"}, Decision.DENIED),
        ({"Effect": "Deny", "Action": "*", "NotResource": "arn:aws:s3:::lake/*"}, Decision.SILENT),
        (statement("Deny", "s3:*", "*", Principal={"AWS": "arn:aws:iam::123456789012:role/loader"}), Decision.DENIED),
        (statement("Deny", "s3:*", "*", Principal={"AWS": "arn:aws:iam::123456789012:role/other"}), Decision.SILENT),
        (statement("Allow", "s3:*", "*", Principal={"AWS": "123456789012"}), Decision.ALLOWED),
        (statement("Allow", "s3:*", "*", Principal={"Service": "glue.amazonaws.com"}), Decision.SILENT),
        ({"Effect": "Deny", "Action": "*", "Resource": "*", "NotPrincipal": {"AWS": SESSION}}, Decision.SILENT),
    ],
)
def test_statement_concerns_what_it_names(listed: dict[str, Any], expected: Decision) -> None:
    asked = Asked(SESSION, "s3:GetObject", "arn:aws:s3:::lake/gold/1.parquet", {})
    assert decide(statements(policy(listed)), asked) is expected


def test_denial_is_stronger_than_permission() -> None:
    both = policy(statement("Allow", "s3:*", "*"), statement("Deny", "s3:DeleteObject", "*"))
    assert decide(statements(both), Asked(SESSION, "s3:DeleteObject", "any")) is Decision.DENIED
    assert decide(statements(both), Asked(SESSION, "s3:GetObject", "any")) is Decision.ALLOWED


TRUST = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "glue.amazonaws.com"}}


def as_role(aws: Aws, *listed: dict[str, Any]) -> Aws:
    """The same AWS for a session of a role with that policy."""
    name, iam = f"role-{uuid4().hex[:12]}", aws.client("iam")
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy(TRUST))["Role"]["Arn"]
    if listed:
        iam.put_role_policy(RoleName=name, PolicyName="may", PolicyDocument=policy(*listed))
    keys = aws.client("sts").assume_role(RoleArn=arn, RoleSessionName="run")["Credentials"]
    return Aws(aws.url, keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])


def test_role_may_do_what_its_policy_says_and_no_more(strict_aws: Aws) -> None:
    bucket = strict_aws.bucket()
    strict_aws.client("s3").put_object(Bucket=bucket, Key="bronze/a", Body=b"content")
    reader = as_role(
        strict_aws,
        statement("Allow", "s3:GetObject", f"arn:aws:s3:::{bucket}/bronze/*"),
        statement(
            "Allow", "s3:ListBucket", f"arn:aws:s3:::{bucket}", Condition={"StringLike": {"s3:prefix": "bronze/*"}}
        ),
    ).client("s3")
    assert reader.get_object(Bucket=bucket, Key="bronze/a")["Body"].read() == b"content"
    assert reader.list_objects_v2(Bucket=bucket, Prefix="bronze/")["KeyCount"] == 1
    with refused():
        reader.list_objects_v2(Bucket=bucket)
    with refused():
        reader.get_object(Bucket=bucket, Key="gold/a")
    with refused():
        reader.put_object(Bucket=bucket, Key="bronze/a", Body=b"")
    errors = reader.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "bronze/a"}]})["Errors"]
    assert [error["Code"] for error in errors] == ["AccessDenied"]


def test_role_calls_only_the_actions_of_other_services_that_it_is_allowed(strict_aws: Aws) -> None:
    strict_aws.client("kinesis").create_stream(StreamName="events", ShardCount=1)
    stream = "arn:aws:kinesis:us-east-1:123456789012:stream/events"
    writer = as_role(strict_aws, statement("Allow", "kinesis:PutRecord", stream)).client("kinesis")
    writer.put_record(StreamName="events", Data=b"1", PartitionKey="1")
    with refused("AccessDeniedException"):
        writer.delete_stream(StreamName="events")


def test_bucket_policy_lets_a_role_in_that_has_no_policy_of_its_own(strict_aws: Aws) -> None:
    bucket = strict_aws.bucket()
    guest = as_role(strict_aws)
    arn = guest.client("sts").get_caller_identity()["Arn"]
    allowed = statement("Allow", "s3:PutObject", f"arn:aws:s3:::{bucket}/*", Principal={"AWS": arn})
    with refused():
        guest.client("s3").put_object(Bucket=bucket, Key="file", Body=b"")
    strict_aws.client("s3").put_bucket_policy(Bucket=bucket, Policy=policy(allowed))
    guest.client("s3").put_object(Bucket=bucket, Key="file", Body=b"")


def test_roles_are_free_where_iam_is_not_enforced(local_aws: Aws) -> None:
    bucket = local_aws.bucket()
    as_role(local_aws).client("s3").put_object(Bucket=bucket, Key="file", Body=b"")
