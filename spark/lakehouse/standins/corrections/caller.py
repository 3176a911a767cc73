"""Who sent a request, what policies that one has, and what conditions may know of the request."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import flask
from moto.iam.models import IAMBackend, Policy, get_account_id_from, iam_backends
from moto.sts.models import sts_backends

from lakehouse.standins.corrections.policy import Asked, Decision, decide, statements

PARTITION = "aws"
CREDENTIAL = re.compile(r"Credential=([^/%,&]+)(?:/|%2F)\d+(?:/|%2F)([^/%,&]+)")
"""Access key and region, in the header or the query of a signed request."""
ANONYMOUS = "*"
NO_KEY = "anonymous"
QUERY_KEYS = ("prefix", "delimiter", "max-keys")


@dataclass(frozen=True)
class Caller:
    """Who asks: the ARN of a role's session, of an IAM user, or of the account's root; * for nobody in particular."""

    principal: str
    account: str
    context: Mapping[str, list[str]]

    @property
    def is_judged(self) -> bool:
        """Whether policies say what this one may do: the root may do anything, strangers are left to the buckets."""
        return self.principal != ANONYMOUS and not self.principal.endswith(":root")

    def asks(self, action: str, resource: str | None) -> Asked:
        """A request of this caller's."""
        return Asked(self.principal, action, resource, self.context)

    def decision(self, asked: Asked) -> Decision:
        """What the caller's own policies say."""
        documents = _identity_policies(self.account, self.principal)
        return decide([statement for document in documents for statement in statements(document)], asked)


def caller() -> Caller:
    """Who sent the request that is at work in this thread."""
    request = flask.request
    found = CREDENTIAL.search(request.headers.get("Authorization", "") or request.url)
    key, region = found.groups() if found else (NO_KEY, "us-east-1")
    account = get_account_id_from(key)
    principal = ANONYMOUS if key == NO_KEY else _principal(account, key)
    return Caller(principal, account, _context(principal, account, region))


def _principal(account: str, key: str) -> str:
    session = sts_backends[account][PARTITION].get_assumed_role_from_access_key(key)
    if session is not None:
        return session.arn
    user = _iam(account).get_user_from_access_key_id(key)
    return str(user.arn) if user else f"arn:{PARTITION}:iam::{account}:root"


def _identity_policies(account: str, principal: str) -> Iterator[str]:
    iam, name = _iam(account), principal.split("/")[1 if ":assumed-role/" in principal else -1]
    if ":assumed-role/" in principal:
        yield from (iam.get_role_policy(name, inline)[1] for inline in iam.list_role_policies(name))
        attached = list(iam.list_attached_role_policies(name)[0])
    else:
        groups = [group.name for group in iam.get_groups_for_user(name)]
        yield from (iam.get_user_policy(name, inline)["policy_document"] for inline in iam.list_user_policies(name))
        for group in groups:
            inlines = iam.list_group_policies(group)
            yield from (iam.get_group_policy(group, inline)["policy_document"] for inline in inlines)
        attached = [policy for group in groups for policy in iam.list_attached_group_policies(group)[0]]
        attached += iam.list_attached_user_policies(name)[0]
    yield from (_document(policy) for policy in attached)


def _document(policy: Policy) -> str:
    return str(next(version.document for version in policy.versions if version.is_default))


def _iam(account: str) -> IAMBackend:
    return iam_backends[account][PARTITION]


def _context(principal: str, account: str, region: str) -> dict[str, list[str]]:
    """The condition keys that are known of a request, in lower case.

    Whatever comes in over loopback counts as aws:SecureTransport: AWS's own clients always use TLS and the local AWS
    has none, and a bucket for TLS only is to be of use here. A request that says `X-Forwarded-Proto: http` does not
    count, so that such a policy can be tried.
    """
    request = flask.request
    plain = request.headers.get("X-Forwarded-Proto") == "http"
    context = {
        "aws:securetransport": ["false" if plain else "true"],
        "aws:principalarn": [principal],
        "aws:principalaccount": [account],
        "aws:resourceaccount": [account],
        "aws:requestedregion": [region],
        "aws:useragent": [request.headers.get("User-Agent", "")],
        "aws:principalisawsservice": ["false"],
        "aws:viaawsservice": ["false"],
        "aws:sourceip": [request.remote_addr or "127.0.0.1"],
    }
    if not plain:
        context["s3:tlsversion"] = ["1.3"]
    amazon = {
        f"s3:{name.lower()}": [value] for name, value in request.headers.items() if name.lower().startswith("x-amz-")
    }
    return context | amazon | {f"s3:{name}": [request.args[name]] for name in QUERY_KEYS if name in request.args}
