"""Differences between a system's code and what is deployed.

Templates are compared property by property; whether a difference replaces a resource is CloudFormation's own
prediction, from the plan's change sets.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pkgops.plan.digest import DIGEST_OUTPUT
from pkgops.plan.plan import Plan
from pkgops.plan.review import loses_data
from pkgops.plan.step import Action, Step
from pkgops.ports.ports import Ports
from pkgops.ports.stacks import ResourceChange

_MISSING = object()


@dataclass(frozen=True, slots=True)
class Difference:
    """One value: ``path`` ("Properties/Timeout"), JSON text before and after; None where there is none."""

    path: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class ResourceDiff:
    """One resource: ``action`` is add, modify or remove; ``replacement`` is "True", "False" or "Conditional";
    ``stateful_loss`` if data would be lost."""

    logical_id: str
    type: str
    action: str
    replacement: str
    differences: tuple[Difference, ...]
    stateful_loss: bool = False


@dataclass(frozen=True, slots=True)
class StackDiff:
    """One stack: its resources, the parameter values, and everything else in the template (outputs, ...).
    ``action`` is what a deployment would do, or "drifted" where the difference was made outside of deployments."""

    key: str
    name: str
    action: str
    resources: tuple[ResourceDiff, ...]
    parameters: tuple[Difference, ...]
    rest: tuple[Difference, ...]

    @property
    def empty(self) -> bool:
        """There are no differences."""
        return not (self.resources or self.parameters or self.rest)


def diff(plan: Plan, ports: Ports) -> list[StackDiff]:
    """Every stack of a plan compared with what is deployed. The plan's change sets are kept: discard them after."""
    return [_stack(step, ports) for step in plan.steps]


def compare(before: Any, after: Any, path: str = "") -> Iterator[Difference]:
    """The differing leaves of two JSON values; lists of different length are one leaf."""
    if before == after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in sorted({*before, *after}):
            yield from compare(before.get(key, _MISSING), after.get(key, _MISSING), f"{path}/{key}".lstrip("/"))
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, pair in enumerate(zip(before, after, strict=True)):
            yield from compare(*pair, f"{path}/{index}")
    else:
        yield Difference(path, _json(before), _json(after))


def _stack(step: Step, ports: Ports) -> StackDiff:
    if step.action is Action.UNCHANGED:
        return StackDiff(step.stack.key, step.stack.name, step.action, (), (), ())
    deployed: dict[str, Any] = {}
    if step.before is not None and step.action is not Action.CREATE:
        deployed = json.loads(ports.stacks.template(step.stack.name) or "{}")
    deployed.get("Outputs", {}).pop(DIGEST_OUTPUT, None)
    predicted = {change.logical_id: change for change in step.changes}
    before, after = deployed.get("Resources", {}), step.stack.template["Resources"]
    resources = [
        _resource(logical_id, before.get(logical_id), after.get(logical_id), predicted, step)
        for logical_id in sorted({*before, *after})
        if before.get(logical_id) != after.get(logical_id) or logical_id in predicted
    ]
    old, new = ({k: v for k, v in template.items() if k != "Resources"} for template in (deployed, step.stack.template))
    return StackDiff(
        step.stack.key,
        step.stack.name,
        step.action,
        tuple(resources),
        tuple(compare(dict(step.before.parameters) if deployed and step.before else {}, dict(step.parameters or {}))),
        tuple(compare(old, new)) if deployed else (),
    )


def _resource(
    logical_id: str,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    predicted: Mapping[str, ResourceChange],
    step: Step,
) -> ResourceDiff:
    change = predicted.get(logical_id)
    action = "add" if before is None else "remove" if after is None else "modify"
    differences = tuple(compare(before, after)) if before is not None and after is not None else ()
    kind = (after or before or {}).get("Type", "")
    lost = change is not None and loses_data(change)
    return ResourceDiff(logical_id, kind, action, change.replacement if change else "False", differences, lost)


def _json(value: Any) -> str | None:
    return None if value is _MISSING else json.dumps(value, sort_keys=True, ensure_ascii=False)
