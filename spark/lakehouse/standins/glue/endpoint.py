"""The endpoint that a workflow is read from and recorded at, and clients of it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config

from lakehouse.errors import LakehouseError, UsageError
from lakehouse.standins.environment import REGION, client_environment, process_environment
from lakehouse.standins.local_aws import HEALTH, ask, aws_folder, find


@dataclass(frozen=True)
class Endpoint:
    """A local AWS, with the keys of whoever asks."""

    url: str
    keys: Mapping[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """A whole environment for a process that works with these keys."""
        return {**process_environment(self.url), **self.keys}

    def client(self, service: str) -> Any:
        """A boto3 client; nothing of the user's own AWS settings has a say in it."""
        keys = {**client_environment(self.url), **self.keys}
        return boto3.client(
            service, endpoint_url=self.url, region_name=REGION, config=Config(proxies={}),
            aws_access_key_id=keys["AWS_ACCESS_KEY_ID"], aws_secret_access_key=keys["AWS_SECRET_ACCESS_KEY"],
            aws_session_token=keys.get("AWS_SESSION_TOKEN"), verify=False,
        )  # fmt: skip

    def as_role(self, role: str, session: str) -> Endpoint:
        """The same endpoint with the keys of a role.

        Args:
            role: its name or ARN.

        Raises:
            LakehouseError: there is no such role.
        """
        iam = self.client("iam")
        try:
            arn = iam.get_role(RoleName=role.rpartition("/")[2])["Role"]["Arn"]
        except iam.exceptions.NoSuchEntityException as error:
            raise LakehouseError(f"The role {role} does not exist, so no job can run under it.") from error
        found = self.client("sts").assume_role(RoleArn=arn, RoleSessionName=session[:64])["Credentials"]
        keys = {
            "AWS_ACCESS_KEY_ID": found["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": found["SecretAccessKey"],
            "AWS_SESSION_TOKEN": found["SessionToken"],
        }
        return Endpoint(self.url, keys)

    def keeps_job_runs(self) -> bool:
        """Whether it is a local AWS of this project's; AWS itself, a LocalStack and a stock moto keep no job runs.

        Raises:
            OSError, HTTPException: nothing answers there.
        """
        try:
            ask(self.url, HEALTH)
        except (ValueError, LakehouseError):
            return False
        return True

    def require_recorder(self) -> None:
        """Refuse an endpoint that keeps no job runs.

        Raises:
            UsageError: it is none of this project's, or does not answer.
        """
        reason: Exception | None = None
        try:
            if self.keeps_job_runs():
                return
        except (OSError, HTTPException) as error:
            reason = error
        raise UsageError(
            f"{self.url} is no local AWS of this project's, and jobs run only there: start one with "
            "`lakehouse aws up`. On AWS itself, `aws glue start-workflow-run` runs the workflow."
        ) from reason


def choose_endpoint(url: str | None, home: Path | None) -> Endpoint:
    """The endpoint named, else that of the environment, else the local AWS that is up.

    Raises:
        UsageError: there is none, or it is not one that can be run against.
    """
    running = None if url or os.environ.get("AWS_ENDPOINT_URL") else find(aws_folder(home))
    chosen = url or os.environ.get("AWS_ENDPOINT_URL") or (running.url if running else None)
    if chosen is None:
        raise UsageError("No local AWS is up: start one with `lakehouse aws up`, or name one with --endpoint-url.")
    address = urlsplit(chosen)
    if address.scheme != "http" or not address.hostname:
        raise UsageError(f"{chosen} is no address of a local AWS: it must be such as http://127.0.0.1:4566.")
    endpoint = Endpoint(chosen.rstrip("/"))
    endpoint.require_recorder()
    return endpoint
