"""IAM: requests of users and roles are judged by their policies, where that is switched on.

Stock moto can enforce policies only by refusing every key that is not an IAM user's, takes any condition for a denial,
and outside of S3 holds each policy against the resource `*`. Here the account's own keys stay free to do anything, as
the root's are, and an action whose resource the local AWS cannot tell is judged by its name.
"""

from __future__ import annotations

from typing import ClassVar

from moto.core.authorization import ActionAuthenticatorMixin
from moto.core.exceptions import AccessDeniedError, JsonRESTError
from moto.core.responses import BaseResponse

from lakehouse.standins.corrections.caller import Caller, caller
from lakehouse.standins.corrections.policy import Asked, Decision
from lakehouse.standins.corrections.replace import replace

ALWAYS_ALLOWED = "sts:GetCallerIdentity"


class Enforcement:
    """Whether the policies of users and roles count in this process."""

    enabled: ClassVar[bool] = False


def is_allowed(who: Caller, asked: Asked, of_resource: Decision = Decision.SILENT) -> bool:
    """Whether a request may go on, after what the resource's own policy says of it."""
    if not (Enforcement.enabled and who.is_judged):
        return of_resource is not Decision.DENIED
    decisions = {of_resource, who.decision(asked)}
    return Decision.DENIED not in decisions and Decision.ALLOWED in decisions


def _authorize(response: BaseResponse, resource: str = "*") -> None:
    """Refuse the request at hand, or let it go on.

    Raises:
        AccessDeniedError, JsonRESTError: the caller's policies do not allow it.
    """
    who = caller()
    action = f"{response.service_name}:{response._get_action()}"
    asked = who.asks(action, None if resource == "*" else resource)
    if action != ALWAYS_ALLOWED and not is_allowed(who, asked):
        if "X-Amz-Target" in response.headers:  # a service that speaks JSON, and reads no XML
            raise JsonRESTError(
                "AccessDeniedException", f"User: {who.principal} is not authorized to perform: {action}"
            )
        raise AccessDeniedError(user_arn=who.principal, action=action)


def install(*, enforce_iam: bool) -> None:
    """Let moto ask here before each request to a service other than S3."""
    Enforcement.enabled = enforce_iam
    replace(ActionAuthenticatorMixin, "_authenticate_and_authorize_normal_action", _authorize)
