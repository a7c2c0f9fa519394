"""An update writes events for the resources it changes, not for every resource of its stack."""

from __future__ import annotations

from typing import Any

from pkgops.local.hooks.patch import require, wrap
from pkgops.local.hooks.types import Types

_NESTED = "AWS::CloudFormation::Stack"  # CloudFormation updates these every time, with events

_Unchanged = set[tuple[str, str]]


def install(_: Types) -> None:
    """Wraps the emulator's update of a resource, and its writing of events."""
    from ministack.services import cloudformation
    from ministack.services.cloudformation import stacks

    require(cloudformation, "_stack_events")
    unchanged: _Unchanged = set()
    wrap(stacks, "_update_keeping_seed", lambda original: _marking_unchanged(original, unchanged))
    wrap(stacks, "_add_event", lambda original: _dropping_events(original, unchanged))


def _marking_unchanged(original: Any, unchanged: _Unchanged) -> Any:
    def update(kind: str, identifier: str, old: Any, new: Any, stack: str, logical_id: str, *rest: Any) -> Any:
        answer = original(kind, identifier, old, new, stack, logical_id, *rest)
        if old == new and kind != _NESTED:
            unchanged.add((stack, logical_id))
        return answer

    return update


def _dropping_events(original: Any, unchanged: _Unchanged) -> Any:
    """The event of an update's start is written before the properties are compared: it is removed."""
    from ministack.services import cloudformation

    def add(stack_id: str, stack: str, logical_id: str, kind: str, status: str, *rest: Any, **more: Any) -> Any:
        if (stack, logical_id) not in unchanged:
            return original(stack_id, stack, logical_id, kind, status, *rest, **more)
        unchanged.discard((stack, logical_id))
        events = cloudformation._stack_events.get(stack_id, [])
        if status != "UPDATE_COMPLETE":
            return original(stack_id, stack, logical_id, kind, status, *rest, **more)
        if events and (events[-1]["LogicalResourceId"], events[-1]["ResourceStatus"]) == (
            logical_id,
            "UPDATE_IN_PROGRESS",
        ):
            events.pop()
        return None

    return add
