"""A change set that changes only outputs can be executed."""

from __future__ import annotations

from typing import Any

from pkgops.local.hooks.patch import require
from pkgops.local.hooks.types import Types


def install(_: Types) -> None:
    """Reviews each change set that the emulator considers empty."""
    from ministack.services import cloudformation
    from ministack.services.cloudformation import stacks

    require(cloudformation, "_ACTION_HANDLERS", "_change_sets", "_stacks")
    require(stacks, "_intrinsic_references")
    actions: dict[str, Any] = cloudformation._ACTION_HANDLERS
    actions["CreateChangeSet"] = _reviewing(actions["CreateChangeSet"])


def _reviewing(original: Any) -> Any:
    from ministack.services import cloudformation

    def create(parameters: Any) -> Any:
        before = set(cloudformation._change_sets.keys())
        answer = original(parameters)
        for identifier in set(cloudformation._change_sets.keys()) - before:
            change_set = cloudformation._change_sets[identifier]
            unchanged = change_set["Status"] == "FAILED" and not change_set["Changes"]
            if change_set["ChangeSetType"] == "UPDATE" and unchanged and _outputs_change(change_set):
                change_set.update(Status="CREATE_COMPLETE", ExecutionStatus="AVAILABLE", StatusReason="")
        return answer

    return create


def _outputs_change(change_set: dict[str, Any]) -> bool:
    """True if an output's definition or export differs, or a parameter it names has another value."""
    from ministack.services import cloudformation
    from ministack.services.cloudformation import stacks

    stack = cloudformation._stacks[change_set["StackName"]]
    outputs = change_set["_template"].get("Outputs") or {}
    if outputs != ((stack.get("_template") or {}).get("Outputs") or {}):
        return True
    used = {name for name, _ in stacks._intrinsic_references(outputs)}
    had, given = stack.get("_resolved_params") or {}, change_set["_resolved_params"]
    return any(had.get(name, {}).get("Value") != given[name]["Value"] for name in used & given.keys())
