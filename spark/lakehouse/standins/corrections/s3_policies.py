"""S3: a bucket's policy is judged with its conditions and principals, for every request on the bucket or its objects.

Stock moto takes a statement with a condition that it does not know, such as aws:SecureTransport, for one that always
denies, whoever asks; so a bucket for TLS only answers 403 to everybody.
"""

from __future__ import annotations

from typing import Any

import flask
from moto.iam.access_control import PermissionResult
from moto.s3 import models
from moto.s3.exceptions import BucketAccessDeniedError, S3AccessDeniedError, S3ClientError
from moto.s3.responses import S3Response

from lakehouse.standins.corrections.caller import PARTITION, caller
from lakehouse.standins.corrections.iam import is_allowed
from lakehouse.standins.corrections.policy import Asked, Decision, decide, statements
from lakehouse.standins.corrections.replace import replace

# moto's names where IAM has others.
ACTIONS = {
    "HeadBucket": "ListBucket",
    "ListBuckets": "ListAllMyBuckets",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
}
# The query names a bucket's setting, where moto takes the request for a list or a creation of the bucket.
SETTINGS = {
    "encryption": "EncryptionConfiguration",
    "publicAccessBlock": "BucketPublicAccessBlock",
    "ownershipControls": "BucketOwnershipControls",
    "object-lock": "BucketObjectLockConfiguration",
    "replication": "ReplicationConfiguration",
    "requestPayment": "BucketRequestPayment",
}


class MalformedPolicy(S3ClientError):
    """What S3 answers to a policy that it cannot take."""

    def __init__(self, problem: str) -> None:
        super().__init__("MalformedPolicy", problem)


class PolicyBucket(models.FakeBucket):
    """A bucket that judges by the whole of its policy."""

    def decision(self, asked: Asked) -> Decision:
        """What the bucket's policy says of a request."""
        return decide(statements(self.policy), asked) if self.policy else Decision.SILENT

    def get_permission(self, action: str, resource: str) -> Any:
        """The question that moto asks in the midst of a request, about its object.

        A denial is given only for the objects of a DeleteObjects, which are reported one by one; all else has been
        refused before, in S3's own words.
        """
        who = caller()
        if flask.request.method == "POST" and action == "s3:DeleteObject":
            asked = who.asks(action, resource)
            return PermissionResult.NEUTRAL if is_allowed(who, asked, self.decision(asked)) else PermissionResult.DENIED
        allowed = self.decision(who.asks(action.replace("s3:Head", "s3:Get"), resource)) is Decision.ALLOWED
        return PermissionResult.PERMITTED if allowed else PermissionResult.NEUTRAL


def _authorize(response: S3Response, bucket_name: str | None = None, key_name: str | None = None) -> None:
    """Refuse the request at hand, or let it go on.

    Raises:
        S3AccessDeniedError: the bucket's policy, or the caller's own where they are enforced, do not allow it.
    """
    action = f"s3:{_action(response)}"
    if action == "s3:DeleteObject" and key_name is None:
        return  # a DeleteObjects: each of its objects is judged by itself
    resource = f"arn:{PARTITION}:s3:::{'/'.join(filter(None, (bucket_name or '*', key_name)))}"
    who, bucket = caller(), _bucket(response, bucket_name)
    asked = who.asks(action, resource)
    if not is_allowed(who, asked, bucket.decision(asked) if bucket else Decision.SILENT):
        raise BucketAccessDeniedError(bucket_name) if bucket_name else S3AccessDeniedError()


def _bucket(response: S3Response, name: str | None) -> PolicyBucket | None:
    try:
        found = response.backend.get_bucket(name) if name else None
    except S3ClientError:  # no such bucket: moto answers that itself
        return None
    return found if isinstance(found, PolicyBucket) else None


def _action(response: S3Response) -> str:
    name = response._get_action()
    setting = next((SETTINGS[parameter] for parameter in flask.request.args if parameter in SETTINGS), None)
    if setting and flask.request.method in ("GET", "PUT", "DELETE"):
        return f"{'Get' if flask.request.method == 'GET' else 'Put'}{setting}"
    return ACTIONS.get(name, name)


def _put_bucket_policy(backend: models.S3Backend, bucket_name: str, policy: bytes) -> None:
    """Keep a bucket's policy.

    Raises:
        MalformedPolicy: it is none, or has a condition that cannot be evaluated here.
    """
    try:
        statements(policy)
    except ValueError as error:
        raise MalformedPolicy(str(error)) from error
    backend.get_bucket(bucket_name).policy = policy


def install() -> None:
    """Let moto make these buckets, and ask here before each request."""
    replace(models, "FakeBucket", PolicyBucket)
    replace(models.S3Backend, "put_bucket_policy", _put_bucket_policy)
    replace(S3Response, "_authenticate_and_authorize_s3_action", _authorize)
