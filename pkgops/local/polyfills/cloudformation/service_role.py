"""CloudFormation acts as the role that a stack was given (``RoleARN``), and not as the caller.

The caller must be allowed to pass the role, and the role must trust CloudFormation. It stays the stack's: later
operations and the deletion act as it too, whoever asks for them.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

from pkgops.local.hooks.patch import require
from pkgops.local.hooks.types import Types
from pkgops.local.polyfills.cloudformation.stack_description import kept
from pkgops.local.polyfills.cloudformation.stack_permissions import caller, denial

AFTER = ("cloudformation.stack_description", "cloudformation.stack_permissions")
_SERVICE = "cloudformation.amazonaws.com"
_ACTING = (
    "ContinueUpdateRollback",
    "CreateChangeSet",
    "CreateStack",
    "DeleteStack",
    "ExecuteChangeSet",
    "RollbackStack",
    "UpdateStack",
)


def install(_: Types) -> None:
    """Wraps the operations on stacks."""
    from ministack.core import iam_evaluator
    from ministack.services import cloudformation, iam, sts

    require(cloudformation, "_ACTION_HANDLERS")
    require(iam_evaluator, "resolve_principal", "is_root_access_key")
    require(iam, "_roles")
    require(sts, "register_session")
    for name in _ACTING:
        cloudformation._ACTION_HANDLERS[name] = _acting(cloudformation._ACTION_HANDLERS[name])


def _acting(original: Any) -> Any:
    from ministack.services.cloudformation.helpers import _error, _p

    def operate(parameters: Any) -> Any:
        given = _p(parameters, "RoleARN")
        if given and (text := _may_not_pass(given)):
            return _error("AccessDenied", text, 403)
        role = given or _kept_role(parameters)
        if not role:
            return original(parameters)
        if not _trusting(role):
            return _error("ValidationError", f"Role {role} is invalid or cannot be assumed")
        before = caller.set(_session(role))
        try:
            return original(parameters)  # what goes on after the answer has taken the context with it
        finally:
            caller.reset(before)

    return operate


def _kept_role(parameters: Any) -> str:
    from ministack.services.cloudformation.changesets import _find_change_set
    from ministack.services.cloudformation.handlers import _resolve_stack
    from ministack.services.cloudformation.helpers import _p

    name, change_set = _p(parameters, "StackName"), _p(parameters, "ChangeSetName")
    found = _find_change_set(change_set, name)[1] if change_set else None
    stack = _resolve_stack(found["StackName"] if found else name) if found or name else None
    return str(kept(found).get("RoleARN") or kept(stack).get("RoleARN") or "")


def _may_not_pass(role: str) -> str:
    """AWS's text if the caller may not pass the role, "" if it may."""
    from ministack.core import iam_evaluator
    from ministack.core.responses import get_account_id

    if iam_evaluator.is_root_access_key(caller.get()):
        return ""
    principal = iam_evaluator.resolve_principal(caller.get(), get_account_id())
    if getattr(principal, "policies", None) is None:
        return ""
    return denial(principal, "iam:PassRole", role, {"iam:passedtoservice": _SERVICE})


def _trusting(arn: str) -> bool:
    """True if the role exists and trusts CloudFormation."""
    from ministack.services import iam

    role = iam._roles.get(arn.rpartition("/")[2])
    document = (role or {}).get("AssumeRolePolicyDocument") or "{}"
    policy = json.loads(document) if isinstance(document, str) else document
    statements = policy.get("Statement") or []
    for one in statements if isinstance(statements, list) else [statements]:
        principal = one.get("Principal")
        services = principal.get("Service") if isinstance(principal, dict) else []
        if one.get("Effect") == "Allow" and _SERVICE in ([services] if isinstance(services, str) else services or []):
            return True
    return False


def _session(role: str) -> str:
    """The access key of a session of the role, which nobody else has."""
    from ministack.core.responses import get_account_id
    from ministack.services import sts

    name = role.rpartition("/")[2]
    secret = sha256(f"{_SERVICE} {role}".encode()).hexdigest()
    key = f"ASIA{secret[:16].upper()}"
    session = {
        "Arn": f"arn:aws:sts::{get_account_id()}:assumed-role/{name}/AWSCloudFormation",
        "UserId": f"{name}:AWSCloudFormation",
        "SecretAccessKey": secret,
        "SessionToken": secret,
    }
    sts.register_session(key, session)
    return key
