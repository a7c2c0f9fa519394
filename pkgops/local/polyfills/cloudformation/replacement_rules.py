"""A change set says which properties replace their resource as CloudFormation's schemas do.

The emulator knows the rules of a part of the types, and says of every property of the others that it may replace.
"""

from __future__ import annotations

from typing import Any

from pkgops.local.hooks.patch import wrap
from pkgops.local.hooks.types import Types
from pkgops.resource_types import recreation


def install(_: Types) -> None:
    """Wraps the emulator's own table of rules, where change sets ask it; what an update does stays as it is."""
    from ministack.services.cloudformation import stacks

    wrap(stacks, "_property_recreation", _by_schema)


def _by_schema(original: Any) -> Any:
    def rule(kind: str, name: str) -> str:
        return str(recreation(kind, name) or original(kind, name))

    return rule
