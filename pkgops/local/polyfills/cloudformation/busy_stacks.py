"""A change set is refused while an operation runs on its stack.

The emulator creates one, which can be executed while the other operation still runs: each of the two then overwrites
what the other has recorded.
"""

from __future__ import annotations

from typing import Any

from pkgops.local.hooks.patch import require
from pkgops.local.hooks.types import Types


def install(_: Types) -> None:
    """Wraps CreateChangeSet."""
    from ministack.services import cloudformation
    from ministack.services.cloudformation import handlers, helpers

    require(cloudformation, "_ACTION_HANDLERS")
    require(handlers, "_resolve_stack")
    require(helpers, "_p", "_error")
    actions: dict[str, Any] = cloudformation._ACTION_HANDLERS
    actions["CreateChangeSet"] = _refusing(actions["CreateChangeSet"])


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
