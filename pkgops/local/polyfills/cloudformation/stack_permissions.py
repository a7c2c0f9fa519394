"""CloudFormation acts with the permissions of its caller: what the caller may not do fails the resource.

Root may do everything, and its operations take no longer for this.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any
from uuid import uuid4

from pkgops.local.hooks.patch import require, wrap
from pkgops.local.hooks.types import Types

# The access key in whose name CloudFormation acts.
caller: ContextVar[str] = ContextVar("stack_caller", default="")


def install(_: Types) -> None:
    """Remembers the caller, and checks for each resource of a stack what its handler needs."""
    from ministack.core import iam_actions, iam_evaluator
    from ministack.services.cloudformation import stacks

    require(iam_actions, "identity_denial_message")
    require(iam_evaluator, "EvalContext", "evaluate", "is_root_access_key", "resolve_principal")
    wrap(iam_evaluator, "pin_request_caller", _remembering)
    for name, make in _WRAPPED.items():
        wrap(stacks, name, make)


def _remembering(original: Any) -> Any:
    def pin(headers: Any, query: Any = None) -> None:
        from ministack.core.router import extract_access_key_id

        caller.set(extract_access_key_id(headers or {}, query or {}) or "")
        original(headers, query)

    return pin


def _creating(original: Any) -> Any:
    def create(kind: str, logical_id: str, properties: Mapping[str, Any], stack: str) -> Any:
        from ministack.services.cloudformation import provisioners

        physical_id, attributes = original(kind, logical_id, properties, stack)
        try:
            # Checked when the name is known, which CloudFormation may have generated; undone before it can be seen.
            _check(kind, physical_id, properties, attributes, "create", "read")
        except ValueError:
            provisioners._delete_resource(kind, physical_id, properties, stack, logical_id)
            raise
        return physical_id, attributes

    return create


def _updating(original: Any) -> Any:
    def update(kind: str, physical_id: str, old: Any, new: Any, *rest: Any) -> Any:
        if old != new:
            _check(kind, physical_id, new, rest[2] if len(rest) > 2 else {}, "update", "read")
        return original(kind, physical_id, old, new, *rest)

    return update


def _deleting(original: Any) -> Any:
    def delete(kind: str, physical_id: str, properties: Any, *rest: Any) -> Any:
        _check(kind, physical_id, properties, {}, "delete")
        return original(kind, physical_id, properties, *rest)

    return delete


_WRAPPED = {"_provision_resource": _creating, "_update_resource": _updating, "_delete_resource": _deleting}


def _check(kind: str, physical_id: str, properties: Any, attributes: Any, *operations: str) -> None:
    """ValueError with AWS's text for the first action the caller may not perform."""
    from ministack.core import iam_evaluator
    from ministack.core.responses import get_account_id, get_region

    if iam_evaluator.is_root_access_key(caller.get()):
        return
    from pkgops.local.hooks.access_checks import Resource, checks

    account, region = get_account_id(), get_region()
    principal = iam_evaluator.resolve_principal(caller.get(), account)
    if getattr(principal, "policies", None) is None:
        return
    resource = Resource(kind, str(physical_id), properties or {}, attributes or {}, region, account)
    for check in checks(resource, *operations):
        if text := denial(principal, check.action, check.arn, dict(check.keys)):
            token = f"(RequestToken: {uuid4()}, HandlerErrorCode: AccessDenied)"
            raise ValueError(f'Resource handler returned message: "{text}" {token}')


def denial(principal: Any, action: str, arn: str, keys: dict[str, Any]) -> str:
    """AWS's text if the principal may not perform the action on the ARN, "" if it may; ``keys`` are the condition keys
    of the request, in lower case."""
    from ministack.core import iam_evaluator
    from ministack.core.iam_actions import identity_denial_message
    from ministack.core.responses import get_region

    context = iam_evaluator.EvalContext(
        principal_arn=principal.arn,
        principal_type=principal.type,
        principal_account=principal.account,
        action=action,
        resource_arn=arn,
        region=get_region(),
        service_context=keys,
        principal_keys=principal.keys,
    )
    result = iam_evaluator.evaluate(context, principal.policies, *principal.limits)
    if result.decision == "Allow":
        return ""
    return str(identity_denial_message(action, principal.arn, arn, result.decision == "Deny"))
