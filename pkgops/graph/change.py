"""What does a plan add to a picture, change in it, and remove from it?"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from pkgops.build.synth import SynthesizedStack
from pkgops.graph.model import Edge, Graph, Node, ResourceKey, Status
from pkgops.graph.reduce import reduce
from pkgops.plan.digest import DIGEST_OUTPUT
from pkgops.plan.plan import Plan
from pkgops.plan.step import Action, Step
from pkgops.ports.ports import Ports

_FROM = "From "  # in the descriptions of parameters, see `pkgops.scope.Scope.use`


def planned(plan: Plan, ports: Ports) -> Graph:
    """The picture of a system as it will be and as it is, in one; nodes and arrows have the status that the plan gives
    them. The deployed templates of stacks that change are read."""
    after = [step.stack for step in plan.steps]
    before = [_deployed(step, ports) for step in plan.steps]
    replaced = {
        (step.stack.key, change.logical_id)
        for step in plan.steps
        for change in step.changes
        if change.action == "Modify" and change.replacement == "True" and not change.unchanged_by
    }
    return compared(reduce(plan.project, before), reduce(plan.project, after), changed(before, after), replaced)


def changed(before: Sequence[SynthesizedStack], after: Sequence[SynthesizedStack]) -> set[ResourceKey]:
    """The resources that are not the same in two versions of a system's templates."""
    old, new = _resources(before), _resources(after)
    return {key for key in {*old, *new} if old.get(key) != new.get(key)}


def compared(before: Graph, after: Graph, changes: set[ResourceKey], replaced: set[ResourceKey]) -> Graph:
    """Two pictures in one. A node changes if one of its resources or of their parts does."""
    old, new = {node.id: node for node in before.nodes}, {node.id: node for node in after.nodes}
    nodes = []
    for identity in sorted({*old, *new}):
        node = new.get(identity) or old[identity]
        nodes.append(replace(node, status=_status(old.get(identity), new.get(identity), changes, replaced)))
    edges = _edges(before.edges, after.edges)
    hidden = tuple(sorted({*before.hidden, *after.hidden}))
    return replace(after, nodes=tuple(nodes), edges=edges, hidden=hidden)


def _status(old: Node | None, new: Node | None, changes: set[ResourceKey], replaced: set[ResourceKey]) -> Status:
    if old is None or new is None:
        return Status.ADDED if old is None else Status.REMOVED
    if replaced & {*new.members}:
        return Status.REPLACED
    touched = {*old.members, *new.members, *old.parts, *new.parts}
    return Status.CHANGED if changes & touched else Status.SAME


def _edges(before: Sequence[Edge], after: Sequence[Edge]) -> tuple[Edge, ...]:
    old = {(edge.source, edge.target, edge.kind): edge for edge in before}
    new = {(edge.source, edge.target, edge.kind): edge for edge in after}
    found = []
    for key in sorted({*old, *new}):
        if key not in old or key not in new:
            status = Status.ADDED if key not in old else Status.REMOVED
        else:
            status = Status.SAME if old[key].items == new[key].items else Status.CHANGED
        found.append(replace(new.get(key) or old[key], status=status))
    return tuple(found)


def _resources(stacks: Sequence[SynthesizedStack]) -> dict[ResourceKey, Any]:
    return {(stack.key, name): body for stack in stacks for name, body in stack.template.get("Resources", {}).items()}


def _deployed(step: Step, ports: Ports) -> SynthesizedStack:
    """The stack as it is deployed; one without resources if it is not."""
    stack = step.stack
    if step.action is Action.UNCHANGED:
        return stack
    text = "" if step.before is None or step.action is Action.CREATE else ports.stacks.template(stack.name)
    template: dict[str, Any] = json.loads(text or "{}")
    template.get("Outputs", {}).pop(DIGEST_OUTPUT, None)
    template.setdefault("Resources", {})
    return replace(stack, template=template, inputs={**_inputs(template), **stack.inputs}, accepted=())


def _inputs(template: Mapping[str, Any]) -> dict[str, str]:
    """Where the values of parameters come from, as their descriptions say: of what is deployed nothing else is kept."""
    rows = ((name, str(row.get("Description", ""))) for name, row in template.get("Parameters", {}).items())
    return {name: text.removeprefix(_FROM).partition(",")[0] for name, text in rows if text.startswith(_FROM)}
