"""IAM policies: whether statements allow or deny a request.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from lakehouse.standins.corrections.conditions import Context, check_condition, holds, is_like, substituted, texts


class Decision(Enum):
    """What policies say of a request. An explicit denial is stronger than any permission."""

    DENIED = "denied"
    ALLOWED = "allowed"
    SILENT = "silent"


@dataclass(frozen=True)
class Asked:
    """A request: who asks to do what with which resource.

    `resource` is None where the local AWS cannot tell it: then a statement that allows is taken to name it, and one
    that denies is not, unless it names all.
    """

    principal: str
    action: str
    resource: str | None
    context: Context = field(default_factory=dict)


def statements(document: str | bytes) -> list[dict[str, Any]]:
    """The statements of a policy document.

    Raises:
        ValueError: the document is no JSON, or not a policy's.
    """
    content = json.loads(document)
    found = content.get("Statement") if isinstance(content, dict) else None
    listed = found if isinstance(found, list) else [found]
    for statement in listed:
        if not isinstance(statement, dict) or statement.get("Effect") not in ("Allow", "Deny"):
            raise ValueError("each statement of a policy needs an Effect of Allow or Deny")
        check_condition(statement.get("Condition") or {})
    return [statement for statement in listed if statement]


def decide(policy: Iterable[Mapping[str, Any]], asked: Asked) -> Decision:
    """What a policy's statements say of a request."""
    effects = {statement["Effect"] for statement in policy if _concerns(statement, asked)}
    if "Deny" in effects:
        return Decision.DENIED
    return Decision.ALLOWED if "Allow" in effects else Decision.SILENT


def _concerns(statement: Mapping[str, Any], asked: Asked) -> bool:
    return (
        _names_principal(statement, asked)
        and _names_action(statement, asked.action)
        and _names_resource(statement, asked)
        and holds(statement.get("Condition") or {}, asked.context)
    )


def _names_principal(statement: Mapping[str, Any], asked: Asked) -> bool:
    if "NotPrincipal" in statement:
        return not _is_among(asked.principal, statement["NotPrincipal"])
    # A policy of a user or role names none: it is theirs.
    return "Principal" not in statement or _is_among(asked.principal, statement["Principal"])


def _is_among(principal: str, named: object) -> bool:
    if isinstance(named, dict):
        return any(_is_principal(principal, text) for text in texts(named.get("AWS", [])))
    return named == "*"


def _is_principal(principal: str, named: str) -> bool:
    if named == "*":
        return True
    account = principal.split(":")[4] if principal.count(":") > 4 else ""
    # An account, by its number or its root, stands for all in it.
    return named in (principal, account, f"arn:aws:iam::{account}:root") or named in _role_of(principal)


def _role_of(principal: str) -> list[str]:
    """A session of a role is also the role: `assumed-role/NAME/SESSION` gives `role/NAME`."""
    head, _, session = principal.partition(":assumed-role/")
    if not session:
        return []
    account = head.split(":")[4]
    return [f"arn:aws:iam::{account}:role/{session.split('/')[0]}"]


def _names_action(statement: Mapping[str, Any], action: str) -> bool:
    name = "NotAction" if "NotAction" in statement else "Action"
    listed = any(is_like(action.lower(), text.lower()) for text in texts(statement.get(name, [])))
    return listed != (name == "NotAction")


def _names_resource(statement: Mapping[str, Any], asked: Asked) -> bool:
    if "Resource" not in statement and "NotResource" not in statement:
        return True  # a role's trust policy
    name = "NotResource" if "NotResource" in statement else "Resource"
    named = [substituted(text, asked.context) for text in texts(statement[name])]
    if asked.resource is None:
        return statement["Effect"] == "Allow" or "*" in named
    listed = any(is_like(asked.resource, text) for text in named)
    return listed != (name == "NotResource")
