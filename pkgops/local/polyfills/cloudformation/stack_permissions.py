"""CloudFormation acts with the rights of whoever started it: what a caller may not do, fails the resource.

Root may do everything, and its operations take no longer for this.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any
from uuid import uuid4

from pkgops.local.hooks.patch import need, wrap
from pkgops.local.hooks.types import Types

_caller: ContextVar[str] = ContextVar("stack_caller", default="")


def install(_: Types) -> None:
    """Notes who calls, and asks for each resource of a stack what its handler would need."""
    from ministack.core import iam_actions, iam_evaluator
    from ministack.services.cloudformation import stacks

    need(iam_actions, "identity_denial_message")
    need(iam_evaluator, "EvalContext", "evaluate", "is_root_access_key", "resolve_principal")
    wrap(iam_evaluator, "pin_request_caller", _noting)
    for name, make in _WRAPPED.items():
        wrap(stacks, name, make)


def _noting(original: Any) -> Any:
    def pin(headers: Any, query: Any = None) -> None:
        from ministack.core.router import extract_access_key_id

        _caller.set(extract_access_key_id(headers or {}, query or {}) or "")
        original(headers, query)

    return pin


def _creating(original: Any) -> Any:
    def create(kind: str, logical_id: str, properties: Mapping[str, Any], stack: str) -> Any:
        from ministack.services.cloudformation import provisioners

        physical_id, attributes = original(kind, logical_id, properties, stack)
        try:
            # Asked when the name is known, which CloudFormation may have made up; undone before anybody sees it.
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
    """ValueError with AWS's text for the first thing the caller may not do."""
    from ministack.core import iam_evaluator
    from ministack.core.responses import get_account_id, get_region

    if iam_evaluator.is_root_access_key(_caller.get()):
        return
    from pkgops.local.hooks.access_questions import Resource, questions

    account, region = get_account_id(), get_region()
    principal = iam_evaluator.resolve_principal(_caller.get(), account)
    if getattr(principal, "policies", None) is None:
        return
    resource = Resource(kind, str(physical_id), properties or {}, attributes or {}, region, account)
    for question in questions(resource, *operations):
        context = iam_evaluator.EvalContext(
            principal_arn=principal.arn,
            principal_type=principal.type,
            principal_account=principal.account,
            action=question.action,
            resource_arn=question.arn,
            region=region,
            service_context=dict(question.keys),
            principal_keys=principal.keys,
        )
        result = iam_evaluator.evaluate(context, principal.policies, *principal.limits)
        if result.decision != "Allow":
            raise ValueError(_denied(question.action, question.arn, principal.arn, result.decision == "Deny"))


def _denied(action: str, arn: str, principal: str, explicit: bool) -> str:
    from ministack.core.iam_actions import identity_denial_message

    text = identity_denial_message(action, principal, arn, explicit)
    return f'Resource handler returned message: "{text}" (RequestToken: {uuid4()}, HandlerErrorCode: AccessDenied)'
