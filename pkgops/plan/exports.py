"""Exports that an update would remove or change while other stacks still import them.

CloudFormation refuses that, too, but only after everything else in the update is done, and then rolls it back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pkgops.intrinsics import pseudo, references, resolved
from pkgops.plan.conflicts import Conflict, ConflictKind
from pkgops.plan.plan import Plan
from pkgops.plan.step import Action, Step
from pkgops.ports.ports import Ports


def export_conflicts(step: Step, plan: Plan, ports: Ports) -> Iterator[Conflict]:
    """The conflicts of an update with stacks that import its exports; asks only about exports that would change."""
    before = step.before
    if step.action is not Action.UPDATE or before is None:
        return
    known = pseudo(plan.project.stage.region, before.account, step.stack.name) | dict(step.parameters or {})
    outputs = step.stack.template.get("Outputs", {})
    kept = {
        resolved(output["Export"]["Name"], known): output["Value"] for output in outputs.values() if "Export" in output
    }
    for key, export in before.exports.items():
        if None not in kept and (export not in kept or _changes(kept[export], before.outputs[key], step, known)):
            users = ports.existing.importers(export)
            if users:
                detail = f" by {', '.join(users)}"
                yield Conflict(step.stack.key, key, "Export", export, ConflictKind.IN_USE, detail=detail)


def _changes(value: Any, before: str, step: Step, known: Mapping[str, str]) -> bool:
    """True if an output is certain to get another value."""
    after = resolved(value, known)
    if after is not None:
        return after != before
    replaced = {change.logical_id for change in step.changes if change.replacement == "True"}
    return not replaced.isdisjoint(references(value))
