"""A change set is refused while an operation runs on its stack, and its execution after an update that failed and was
not rolled back.

The emulator creates one, which can be executed while the other operation still runs: each of the two then overwrites
what the other has recorded. After such an update it goes on as if nothing had failed.
"""

from __future__ import annotations

from typing import Any

from pkgops.local.hooks.patch import require
from pkgops.local.hooks.types import Types

_REMEDY = " To update the stack from this state, disable rollback; to go back to the last good state, roll it back."


def install(_: Types) -> None:
    """Wraps CreateChangeSet and ExecuteChangeSet."""
    from ministack.services import cloudformation
    from ministack.services.cloudformation import changesets, handlers, helpers

    require(cloudformation, "_ACTION_HANDLERS")
    require(handlers, "_resolve_stack")
    require(changesets, "_find_change_set")
    require(helpers, "_p", "_error")
    actions: dict[str, Any] = cloudformation._ACTION_HANDLERS
    actions["CreateChangeSet"] = _refusing(actions["CreateChangeSet"])
    actions["ExecuteChangeSet"] = _after_rollback(actions["ExecuteChangeSet"])


def _refusing(original: Any) -> Any:
    from ministack.services.cloudformation.handlers import _resolve_stack
    from ministack.services.cloudformation.helpers import _error, _p

    def create(parameters: Any) -> Any:
        stack = _resolve_stack(_p(parameters, "StackName"))
        status = stack["StackStatus"] if stack else ""
        if status.endswith("_IN_PROGRESS") and status != "REVIEW_IN_PROGRESS":
            return _error("ValidationError", f"Stack:{stack['StackId']} is in {status} state and can not be updated.")
        return original(parameters)

    return create


def _after_rollback(original: Any) -> Any:
    from ministack.services.cloudformation import _stacks
    from ministack.services.cloudformation.changesets import _find_change_set
    from ministack.services.cloudformation.helpers import _error, _p

    def execute(parameters: Any) -> Any:
        _, found = _find_change_set(_p(parameters, "ChangeSetName"), _p(parameters, "StackName"))
        status = _stacks.get(found["StackName"], {}).get("StackStatus") if found else ""
        if status == "UPDATE_FAILED" and _p(parameters, "DisableRollback", "false").lower() != "true":
            return _error("ValidationError", f"This stack is currently in a non-terminal [{status}] state.{_REMEDY}")
        return original(parameters)

    return execute
