"""A nested stack that fails is named by its parent's event, rolls back, and leaves no resource behind."""

from __future__ import annotations

from typing import Any

from pkgops.local.hooks.patch import require, wrap
from pkgops.local.hooks.types import Types

_EMBEDDED = "Embedded stack arn:"
_CREATED = "was not successfully created"
_UPDATED = "was not successfully updated. Currently in UPDATE_ROLLBACK_IN_PROGRESS with reason"
_ROLLED_BACK = {"UPDATE_IN_PROGRESS": "UPDATE_ROLLBACK_IN_PROGRESS", "UPDATE_COMPLETE": "UPDATE_ROLLBACK_COMPLETE"}


def install(_: Types) -> None:
    """Wraps the one function that deploys nested stacks, and the one that writes events."""
    from ministack.services import cloudformation
    from ministack.services.cloudformation import provisioners, stacks

    require(cloudformation, "_stacks", "_stack_events")
    require(provisioners, "_cfn_nested_stack_delete")
    wrap(provisioners, "_cfn_nested_stack_deploy", _failing_with_reason)
    wrap(stacks, "_add_event", _naming_nested)


def _failing_with_reason(original: Any) -> Any:
    from ministack.services import cloudformation
    from ministack.services.cloudformation import provisioners

    def deploy(logical_id: str, properties: Any, parent: str, **options: Any) -> Any:
        known = set(cloudformation._stacks.keys())
        name = options.get("previous_physical_id")
        back = name in known and cloudformation._stacks[name]["StackStatus"] == "UPDATE_FAILED"
        back = back and "ROLLBACK" in cloudformation._stacks[parent]["StackStatus"]
        try:
            answer = original(logical_id, properties, parent, **options)
        except Exception as error:
            made = [one for one in cloudformation._stacks if one not in known and one.startswith(parent)]
            child = cloudformation._stacks.get(name if name in known else next(iter(made), None))
            if child is None:  # its template could not be read
                raise
            if name not in known:
                provisioners._cfn_nested_stack_delete(child["StackId"], {})
            raise ValueError(_reason(child, updated=name in known)) from error
        if back:
            _rolled_back(cloudformation._stacks[name])
        return answer

    return deploy


def _reason(child: dict[str, Any], *, updated: bool) -> str:
    from ministack.services import cloudformation

    events = cloudformation._stack_events[child["StackId"]]
    failed = [e["LogicalResourceId"] for e in events if e["ResourceStatus"].endswith("_FAILED")]
    named = f"[{', '.join(one for one in failed[-1:] if one != child['StackName'])}]."
    verb, how = ("update", _UPDATED) if updated else ("create", _CREATED)
    return f"Embedded stack {child['StackId']} {how}: The following resource(s) failed to {verb}: {named}"


def _rolled_back(child: dict[str, Any]) -> None:
    """Corrects the status of a rollback that the emulator records as another update."""
    from ministack.services import cloudformation

    own = [e for e in cloudformation._stack_events[child["StackId"]] if e["LogicalResourceId"] == child["StackName"]]
    for event in own[-2:]:
        event["ResourceStatus"] = _ROLLED_BACK.get(event["ResourceStatus"], event["ResourceStatus"])
    child["StackStatus"] = "UPDATE_ROLLBACK_COMPLETE"


def _naming_nested(original: Any) -> Any:
    def add(stack: str, name: str, logical_id: str, kind: str, status: str, *rest: Any, **more: Any) -> Any:
        reason = str(rest[0] if rest else more.get("reason", ""))
        if reason.startswith(_EMBEDDED) and len(rest) < 2 and not more.get("physical_id"):
            more["physical_id"] = reason.split()[2]
        return original(stack, name, logical_id, kind, status, *rest, **more)

    return add
