"""Differences between a system's code and what is deployed.

Templates are compared property by property; whether a difference replaces a resource is known from the plan's change
sets, as `pkgops.plan.review.effects` reads them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pkgops.operate.differences import Difference, compare
from pkgops.plan.digest import DIGEST_OUTPUT
from pkgops.plan.plan import Plan
from pkgops.plan.review.effects import referrers
from pkgops.plan.review.review import loses_data
from pkgops.plan.review.severity import only_tags, severity
from pkgops.plan.step import Action, Step
from pkgops.plan.swapped_code import SwappedFunction
from pkgops.ports.ports import Ports
from pkgops.ports.stacks import ResourceChange


@dataclass(frozen=True, slots=True)
class ResourceDiff:
    """One resource: ``action`` is add, modify or remove; ``replacement`` is "True", "False" or "Conditional";
    ``stateful_loss`` if data would be lost. ``causes`` are the parameters and resources whose values change it where
    its own definition does not; ``referrers`` those that refer to it and stay as they are."""

    logical_id: str
    type: str
    action: str
    replacement: str
    differences: tuple[Difference, ...]
    stateful_loss: bool = False
    causes: tuple[str, ...] = ()
    referrers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StackDiff:
    """One stack: its resources, the worst changes first, the parameter values, the tags, and everything else in the
    template (outputs, ...). ``action`` is what a deployment would do, or "drifted" where the difference was made
    outside of deployments. ``tagged`` are the resources that change only because the stack's tags do, ``later`` the
    values of other stacks ("web.SiteUrl") with which the deployment updates this one again in the end, ``swapped`` the
    functions that run other code than was deployed."""

    key: str
    name: str
    action: str
    resources: tuple[ResourceDiff, ...]
    parameters: tuple[Difference, ...] = ()
    rest: tuple[Difference, ...] = ()
    tags: tuple[Difference, ...] = ()
    tagged: tuple[str, ...] = ()
    later: tuple[str, ...] = ()
    swapped: tuple[SwappedFunction, ...] = ()

    @property
    def empty(self) -> bool:
        """There are no differences."""
        parts = (self.resources, self.parameters, self.rest, self.tags, self.tagged, self.later, self.swapped)
        return not any(parts)


def diff(plan: Plan, ports: Ports) -> list[StackDiff]:
    """Every stack of a plan compared with what is deployed. The plan's change sets are kept: discard them after."""
    return [
        replace(
            _stack(step, ports),
            later=plan.later.get(step.stack.key, ()),
            swapped=tuple(one for one in plan.swapped if one.swap.stack == step.stack.key),
        )
        for step in plan.steps
    ]


def _stack(step: Step, ports: Ports) -> StackDiff:
    stack = step.stack
    if step.action is Action.UNCHANGED:
        return StackDiff(stack.key, stack.name, step.action, ())
    deployed: dict[str, Any] = {}
    if step.before is not None and step.action is not Action.CREATE:
        deployed = json.loads(ports.stacks.template(stack.name) or "{}")
    deployed.get("Outputs", {}).pop(DIGEST_OUTPUT, None)
    had = step.before if deployed else None
    return StackDiff(
        stack.key,
        stack.name,
        step.action,
        tuple(_resources(step, deployed)),
        tuple(compare(dict(had.parameters) if had else {}, dict(step.parameters or {}))),
        tuple(compare(_rest(deployed), _rest(stack.template))) if deployed else (),
        tuple(compare(dict(had.tags), dict(stack.tags))) if had else (),
        tuple(change.logical_id for change in step.changes if only_tags(change)),
    )


def _rest(template: Mapping[str, Any]) -> dict[str, Any]:
    """A template without its resources; an empty section is as good as none."""
    return {name: section for name, section in template.items() if name != "Resources" and section != {}}


def _resources(step: Step, deployed: Mapping[str, Any]) -> list[ResourceDiff]:
    changes = {change.logical_id: change for change in step.changes}
    folded = referrers(step.changes)
    before, after = deployed.get("Resources", {}), step.stack.template["Resources"]
    found = []
    for logical_id in sorted({*before, *after}):
        change = changes.get(logical_id)
        changes_itself = change is not None and not change.unchanged_by and not only_tags(change)
        if before.get(logical_id) != after.get(logical_id) or changes_itself:
            row = _resource(logical_id, before.get(logical_id), after.get(logical_id), change)
            found.append((severity(change), replace(row, referrers=folded.get(logical_id, ()))))
    return [row for _, row in sorted(found, key=lambda pair: pair[0])]


def _resource(
    logical_id: str,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    change: ResourceChange | None,
) -> ResourceDiff:
    action = "add" if before is None else "remove" if after is None else "modify"
    differences = tuple(compare(before, after)) if before is not None and after is not None else ()
    kind = (after or before or {}).get("Type", "")
    if change is None:
        return ResourceDiff(logical_id, kind, action, "False", differences)
    causes = dict.fromkeys(detail.cause for detail in change.details if detail.cause) if not differences else {}
    return ResourceDiff(logical_id, kind, action, change.replacement, differences, loses_data(change), tuple(causes))
