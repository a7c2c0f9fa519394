"""A change set adds and removes the resources whose condition begins or ceases to hold."""

from __future__ import annotations

from typing import Any

from pkgops.local.hooks.patch import require, wrap
from pkgops.local.hooks.types import Types

AFTER = ("cloudformation.conditions",)  # which evaluates them whole


def install(_: Types) -> None:
    """Leaves resources that are not there out of both sides of the comparison."""
    from ministack.services.cloudformation import changesets

    require(changesets, "_evaluate_conditions")
    wrap(changesets, "_resolve_props_for_diff", _with_conditions)


def _with_conditions(original: Any) -> Any:
    from ministack.services.cloudformation import changesets

    def resolve(template: dict[str, Any], parameters: Any, *rest: Any) -> dict[str, Any]:
        resolved: dict[str, Any] = original(template, parameters, *rest)
        if not template or not template.get("Conditions"):
            return resolved
        holds = changesets._evaluate_conditions(template, parameters)
        there = {
            name: resource
            for name, resource in resolved["Resources"].items()
            if holds.get(resource.get("Condition"), True)
        }
        return {**resolved, "Resources": there}

    return resolve
