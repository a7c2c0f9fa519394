"""While an operation runs on a stack, no change set is made for it.

The emulator makes one, which can be carried out while the other operation still runs: each of the two undoes what the
other has recorded.
"""

from __future__ import annotations

from typing import Any

from pkgops.local.hooks.patch import need
from pkgops.local.hooks.types import Types


def install(_: Types) -> None:
    """Wraps CreateChangeSet."""
    from ministack.services import cloudformation
    from ministack.services.cloudformation import handlers, helpers

    need(cloudformation, "_ACTION_HANDLERS")
    need(handlers, "_resolve_stack")
    need(helpers, "_p", "_error")
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
