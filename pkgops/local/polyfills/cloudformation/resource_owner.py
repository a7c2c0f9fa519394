"""DescribeStackResources accepts the physical id of a resource instead of a stack."""

from __future__ import annotations

from typing import Any

from pkgops.local.hooks.patch import require
from pkgops.local.hooks.types import Types


def install(_: Types) -> None:
    """Finds the stack before the emulator looks for it by its name."""
    from ministack.services import cloudformation
    from ministack.services.cloudformation import helpers

    require(cloudformation, "_ACTION_HANDLERS", "_stacks")
    require(helpers, "_p", "_error")
    actions: dict[str, Any] = cloudformation._ACTION_HANDLERS
    actions["DescribeStackResources"] = _by_physical_id(actions["DescribeStackResources"])


def _by_physical_id(original: Any) -> Any:
    from ministack.services import cloudformation
    from ministack.services.cloudformation import helpers

    def describe(parameters: dict[str, Any]) -> Any:
        wanted = helpers._p(parameters, "PhysicalResourceId")
        if not wanted or helpers._p(parameters, "StackName"):
            return original(parameters)
        for name, stack in cloudformation._stacks.items():
            there = stack["StackStatus"] != "DELETE_COMPLETE"
            if there and any(row.get("PhysicalResourceId") == wanted for row in stack.get("_resources", {}).values()):
                return original({**parameters, "StackName": [name]})
        return helpers._error("ValidationError", f"Stack for {wanted} does not exist")

    return describe
