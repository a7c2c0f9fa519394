"""A second change set for a stack in REVIEW_IN_PROGRESS belongs to that stack.

The emulator replaces the stack with another one of that name. The first change set could then be executed on the
second one's stack, even after its creation: its resources collide with themselves, and the rollback deletes them.
"""

from __future__ import annotations

from typing import Any

from pkgops.local.hooks.patch import require
from pkgops.local.hooks.types import Types


def install(_: Types) -> None:
    """Wraps CreateChangeSet."""
    from ministack.services import cloudformation
    from ministack.services.cloudformation import handlers, helpers

    require(cloudformation, "_ACTION_HANDLERS", "_change_sets", "_stack_events", "_stacks")
    require(handlers, "_resolve_stack")
    require(helpers, "_p")
    actions: dict[str, Any] = cloudformation._ACTION_HANDLERS
    actions["CreateChangeSet"] = _joining(actions["CreateChangeSet"])


def _joining(original: Any) -> Any:
    from ministack.services import cloudformation
    from ministack.services.cloudformation.handlers import _resolve_stack
    from ministack.services.cloudformation.helpers import _p

    def create(parameters: Any) -> Any:
        waiting = _resolve_stack(_p(parameters, "StackName"))
        if waiting is None or waiting["StackStatus"] != "REVIEW_IN_PROGRESS":
            return original(parameters)
        status, headers, body = original(parameters)
        other = cloudformation._stacks.get(waiting["StackName"])
        cloudformation._stacks[waiting["StackName"]] = waiting
        if other is not None and other is not waiting:
            cloudformation._stack_events.pop(other["StackId"], None)
            for change_set in cloudformation._change_sets.values():
                if change_set["StackId"] == other["StackId"]:
                    change_set["StackId"] = waiting["StackId"]
            body = body.replace(other["StackId"].encode(), waiting["StackId"].encode())
        return status, headers, body

    return create
