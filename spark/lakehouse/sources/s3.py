"""A prefix on S3 as a place that holds files: objects listed with their etags, and read in blocks."""

from __future__ import annotations

import io
import os
from dataclasses import dataclass, field
from functools import cached_property
from typing import IO, Any, cast

from lakehouse.addresses import for_others, for_spark
from lakehouse.errors import EnvironmentProblem, LandingError
from lakehouse.sources.storage import LandedFile

try:
    import boto3
    from botocore.config import Config
    from botocore.exceptions import (
        BotoCoreError,
        ClientError,
        CredentialRetrievalError,
        NoCredentialsError,
        PartialCredentialsError,
        ProfileNotFound,
    )
except ImportError as problem:
    raise EnvironmentProblem(
        "Files on S3 are read with boto3, which is not installed: pip install 'softcart-lakehouse[aws]'"
    ) from problem

BLOCK = 8 * 2**20
"""Bytes asked for at a time: an ordinary delivery in one request, and little memory for a large file."""

AT_ONCE = 16
"""An answer of S3 takes tens of milliseconds, which files that are read side by side wait for together."""

ATTEMPTS = 3

NO_CREDENTIALS = (NoCredentialsError, PartialCredentialsError, CredentialRetrievalError, ProfileNotFound)
REFUSED = ("AccessDenied", "AllAccessDisabled", "403", "Forbidden")
NOT_KNOWN = ("InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken", "TokenRefreshRequired")


@dataclass
class S3Prefix:
    """The objects of a bucket below a prefix, which ends in / or is empty."""

    bucket: str
    prefix: str
    kind = "prefix"
    at_once = AT_ONCE
    _listed: dict[str, LandedFile] = field(default_factory=dict, repr=False)

    @classmethod
    def at(cls, address: str) -> S3Prefix:
        """The prefix that `s3://bucket/prefix` names, with or without a slash at its end."""
        bucket, _, prefix = for_others(address).removeprefix("s3://").partition("/")
        if not bucket:
            raise LandingError(f"{address} names no bucket: write s3://bucket/prefix.")
        prefix = prefix.strip("/")
        return cls(bucket, f"{prefix}/" if prefix else "")

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.prefix}".rstrip("/")

    @property
    def for_spark(self) -> str:
        """The prefix by the name of S3A."""
        return for_spark(str(self))

    @cached_property
    def client(self) -> Any:
        """boto3's client: region, credentials and endpoint are the environment's or the profile's."""
        path = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
        # A stand-in's host has no names of its own for buckets.
        style = {"addressing_style": "path" if path else "auto"}
        retries = {"mode": "standard", "max_attempts": 5}
        config = Config(s3=style, retries=retries, max_pool_connections=self.at_once)
        try:
            return boto3.Session().client("s3", config=config)
        except BotoCoreError as error:
            raise s3_problem(error, self.bucket, str(self)) from error

    def paths(self) -> list[str]:
        """The path below the prefix of every object; S3 lists them in order."""
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=self.prefix)
        try:
            objects = [found for page in pages for found in page.get("Contents", ())]
        except (BotoCoreError, ClientError) as error:
            raise s3_problem(error, self.bucket, str(self)) from error
        if not objects:
            raise LandingError(
                f"There is nothing at {self}: the bucket {self.bucket} has no object whose name starts with "
                f"{self.prefix!r}. Give the prefix that holds the files."
            )
        files = [found for found in objects if not found["Key"].endswith("/")]  # how consoles show an empty folder
        self._listed = {file.path: file for file in map(self._described, files)}
        return list(self._listed)

    def _described(self, found: dict[str, Any]) -> LandedFile:
        return LandedFile(found["Key"].removeprefix(self.prefix), found["Size"], found["ETag"].strip('"'))

    def landed_file(self, path: str) -> LandedFile:
        """The object with its etag, as it was listed."""
        return self._listed[path]

    def has(self, path: str) -> bool:
        """Whether the object is there now."""
        try:
            S3Object(self.client, self.bucket, self.prefix + path).seek(0, io.SEEK_END)
        except FileNotFoundError:
            return False
        return True

    def open(self, path: str) -> IO[bytes]:
        """The object's bytes, fetched as they are read."""
        return cast(IO[bytes], io.BufferedReader(S3Object(self.client, self.bucket, self.prefix + path), BLOCK))


class S3Object(io.RawIOBase):
    """The bytes of one object, asked for range by range, and all of the state that the first answer came from."""

    def __init__(self, client: Any, bucket: str, key: str) -> None:
        super().__init__()
        self._client, self._object = client, {"Bucket": bucket, "Key": key}
        self._address = f"s3://{bucket}/{key}"
        self._position = 0
        self._size: int | None = None
        self._state: dict[str, str] = {}

    def readable(self) -> bool:
        """True."""
        return True

    def seekable(self) -> bool:
        """True."""
        return True

    def tell(self) -> int:
        """The position of the next byte."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a position; the end is known once S3 has been asked."""
        if whence == io.SEEK_END and self._size is None:
            self._note(self._ask(self._client.head_object), "ContentLength")
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size or 0}
        self._position = base[whence] + offset
        return self._position

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer, or what the object has left for it; the number of bytes read."""
        if not len(buffer) or (self._size is not None and self._position >= self._size):
            return 0
        content = self._block(self._position, self._position + len(buffer) - 1)
        buffer[: len(content)] = content
        self._position += len(content)
        return len(content)

    def _block(self, first: int, last: int) -> bytes:
        for attempt in range(1, ATTEMPTS + 1):
            answer = self._ask(self._client.get_object, Range=f"bytes={first}-{last}")
            if answer is None:
                return b""
            try:
                content: bytes = answer["Body"].read()
            except BotoCoreError as error:  # the connection broke in the middle of the answer
                if attempt == ATTEMPTS:
                    raise s3_problem(error, self._object["Bucket"], self._address) from error
            else:
                self._note(answer | {"Size": answer["ContentRange"].rpartition("/")[2]}, "Size")
                return content
        raise AssertionError

    def _note(self, answer: Any, size: str) -> None:
        self._size, self._state = int(answer[size]), {"IfMatch": answer["ETag"]}

    def _ask(self, question: Any, **details: str) -> Any:
        try:
            return question(**self._object, **self._state, **details)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in ("InvalidRange", "416"):  # an object of no bytes has no first one
                return None
            if code in ("NoSuchKey", "404"):
                raise FileNotFoundError(f"{self._address} is not there") from error
            if code in ("PreconditionFailed", "412"):
                raise LandingError(f"{self._address} changed while it was read: run again.") from error
            raise s3_problem(error, self._object["Bucket"], self._address) from error
        except BotoCoreError as error:
            raise s3_problem(error, self._object["Bucket"], self._address) from error


def s3_problem(error: Exception, bucket: str, address: str) -> LandingError:
    """What boto3's error means, in one line that names the bucket, and the way out."""
    code = error.response["Error"]["Code"] if isinstance(error, ClientError) else ""
    if isinstance(error, NO_CREDENTIALS):
        reason = f"no credentials for AWS ({error}): set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
    elif code == "NoSuchBucket":
        reason = f"there is no bucket {bucket}: mend the name, or create it"
    elif code in REFUSED:
        reason = f"access to the bucket {bucket} is denied: allow s3:ListBucket on it and s3:GetObject on its objects"
    elif code in NOT_KNOWN:
        reason = f"AWS refuses the credentials ({code}): renew them"
    else:
        reason = f"S3 does not answer as it should ({error})"
    return LandingError(" ".join(f"{address} cannot be read: {reason}.".split()))
