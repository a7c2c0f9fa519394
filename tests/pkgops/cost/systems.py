"""Templates for tests of costs."""

from __future__ import annotations

from typing import Any

from pkgops.cost.estimate import Stacks
from tests.templates.conftest import built


def stacks(system: str, stage: str) -> Stacks:
    """(key, template) of a shipped system's stacks."""
    return [(case.stack.key, case.template) for case in built(system, stage)]


def one(**resources: dict[str, Any]) -> Stacks:
    """A stack with these resources; a type stands for one without properties."""
    return [("app", {"Resources": resources})]


def resource(kind: str, **properties: Any) -> dict[str, Any]:
    """A resource of a template."""
    return {"Type": f"AWS::{kind}", "Properties": properties}
