"""CloudFormation refuses a parameter the template does not declare."""

from __future__ import annotations

from typing import Any

from pkgops.local.hooks.patch import wrap
from pkgops.local.hooks.types import Types


def install(_: Types) -> None:
    """Checks wherever a stack operation resolves its parameters."""
    from ministack.services.cloudformation import changesets, handlers

    wrap(changesets, "_resolve_parameters", _checked)
    wrap(handlers, "_resolve_parameters", _checked)


def _checked(original: Any) -> Any:
    def resolve(template: dict[str, Any], provided: list[dict[str, Any]], *rest: Any) -> Any:
        declared = template.get("Parameters") or {}
        unknown = [one["Key"] for one in provided if "Key" in one and one["Key"] not in declared]
        if unknown:
            raise ValueError(f"Parameters: [{', '.join(unknown)}] do not exist in the template")
        return original(template, provided, *rest)

    return resolve
