"""How does a plan, a difference or a destruction read?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from pkgops.deploy.destroy import DestroyPlan
    from pkgops.operate.diff import Difference, ResourceDiff, StackDiff
    from pkgops.plan.conflicts import Conflict
    from pkgops.plan.plan import Plan
    from pkgops.plan.review import Concern
    from pkgops.plan.step import Step
    from pkgops.ports.stacks import ResourceChange, StackResource

LONGEST = 100  # characters of a value shown in a difference
_SIGNS = {"Add": ("+", "green"), "Modify": ("~", "yellow"), "Remove": ("-", "red"), "Import": ("+", "cyan")}
_SIGNS["SyncWithActual"] = ("=", "cyan")  # what somebody changed is what the template now says
_DRIFTED = {"MODIFIED": "drifted", "DELETED": "was deleted, is made again"}


def plan_text(plan: Plan, *, full: bool) -> str:
    """The plan, a line a stack and a line a changed resource; a new stack's resources are counted by type
    unless ``full``."""
    lines = [f"{plan.project.system.key} on stage {where(plan)}"]
    if plan.bootstrap is not None:
        what = f"{plan.bootstrap.action}  the stage's artifact bucket"
        stays = ", which stays with all that is in it" if plan.bootstrap.retain else ""
        lines.append(f"  {plan.bootstrap.stack.name}  {what}{stays}")
    for step in plan.steps:
        lines += _step(step, full=full)
    lines += _conflicts(plan.conflicts)
    lines += _concerns([concern for step in plan.steps for concern in step.concerns])
    return "\n".join(lines)


def where(plan: Plan) -> str:
    """Stage, region and account: "dev (us-east-1, account 123456789012)"."""
    stage = plan.project.stage
    if stage.local:
        return stage.name
    account = next((state.account for state in plan.states.values() if state.account), stage.account)
    return f"{stage.name} ({stage.region}{f', account {account}' if account else ''})"


def plan_data(plan: Plan) -> dict[str, Any]:
    """The plan for machines, without the templates."""
    return {
        "stage": plan.project.stage.name,
        "changed": plan.changed,
        "bootstrap": plan.bootstrap is not None,
        "stacks": [
            {
                "stack": step.stack.key,
                "name": step.stack.name,
                "action": str(step.action),
                "changes": step.changes,
                "concerns": step.concerns,
            }
            for step in plan.steps
        ],
        "conflicts": plan.conflicts,
    }


def diff_text(diffs: Sequence[StackDiff]) -> str:
    """Each differing stack with its resources and the values that differ."""
    lines: list[str] = []
    for stack in diffs:
        if stack.empty:
            continue
        lines.append(f"{stack.name}  {stack.action}")
        for resource in stack.resources:
            lines += _resource(resource)
        lines += _differences("Parameters", stack.parameters)
        lines += _differences("Template", stack.rest)
    return "\n".join(lines)


def destruction_text(destruction: DestroyPlan) -> str:
    """What will be deleted, emptied and kept."""
    lines = [f"  - {stack.state.name}" for stack in destruction.stacks]
    lines += [f"  - every object in bucket {bucket}" for bucket in destruction.buckets]
    project = destruction.project
    head = f"To be deleted of {project.system.key} on stage {project.stage.name}:"
    return "\n".join([head, *lines, *kept_lines(destruction.retained, "To be kept:")])


def kept_lines(retained: Sequence[StackResource], head: str) -> list[str]:
    """What stays behind, under a heading; nothing if nothing does."""
    kept = [f"  {item.physical_id} ({item.type})" for item in retained]
    return [head, *kept] if kept else []


def _step(step: Step, *, full: bool) -> Iterator[str]:
    action = str(step.action)
    if action in ("create", "recreate") and not full:
        types = Counter(change.type.removeprefix("AWS::") for change in step.changes)
        counted = ", ".join(f"{count} {kind}" for kind, count in types.most_common(4))
        rest = len(types) - 4
        yield f"  {step.stack.name}  {action}  {_count(len(step.changes))}: {counted}" + (", ..." if rest > 0 else "")
        return
    from pkgops.plan.review import loses_data

    yield f"  {step.stack.name}  {action}" + _uncertain(step)
    for change in step.changes:
        yield _change(change, lost=loses_data(change))


def _concerns(concerns: Sequence[Concern]) -> Iterator[str]:
    """What deserves a second look, under a heading each."""
    for kind in dict.fromkeys(concern.kind for concern in concerns):
        yield click.style(f"{kind}:", fg="red", bold=True)
        yield from (f"  {concern.logical_id}: {concern.text}" for concern in concerns if concern.kind == kind)


def _conflicts(conflicts: Sequence[Conflict]) -> Iterator[str]:
    """What is there already: what stands in the way, and what becomes of the rest."""
    open_ = [str(conflict) for conflict in conflicts if conflict.blocking]
    others = [f"{conflict}; {conflict.outcome}" for conflict in conflicts if not conflict.blocking]
    for head, rows, color in (("Conflicts", open_, "red"), ("Existing resources", others, "cyan")):
        if rows:
            yield click.style(f"{head}:", fg=color, bold=True)
            yield from (f"  {row}" for row in rows)


def _count(number: int) -> str:
    return f"{number} resource" if number == 1 else f"{number} resources"


def _uncertain(step: Step) -> str:
    unknown = step.action == "update" and step.parameters is None
    return "  (the changes are known once the stacks it depends on are deployed)" if unknown else ""


def _change(change: ResourceChange, *, lost: bool) -> str:
    sign, color = _SIGNS.get(change.action, ("?", "yellow"))
    notes = [*filter(None, [_DRIFTED.get(change.drift)]), *change.properties]
    if change.replacement != "False" and change.action == "Modify":
        sign, color = "-/+", "red"
        notes.insert(0, "replaced" if change.replacement == "True" else "perhaps replaced")
    if lost:
        notes.insert(0, "DATA LOSS")
    note = f"  {', '.join(notes)}" if notes else ""
    return click.style(f"    {sign} {change.logical_id}", fg=color) + f"  {change.type}{note}"


def _resource(resource: ResourceDiff) -> Iterator[str]:
    sign, color = _SIGNS[resource.action.capitalize()]
    notes = []
    if resource.replacement != "False" and resource.action == "modify":
        sign, color = "-/+", "red"
        notes.append("replaced" if resource.replacement == "True" else "perhaps replaced")
    if resource.stateful_loss:
        notes.append("DATA LOSS")
    note = f"  {', '.join(notes)}" if notes else ""
    yield click.style(f"  {sign} {resource.logical_id}", fg=color) + f"  {resource.type}{note}"
    for difference in resource.differences:
        yield _difference(difference)


def _differences(head: str, differences: Sequence[Difference]) -> Iterator[str]:
    if differences:
        yield f"  {head}"
        yield from map(_difference, differences)


def _difference(difference: Difference) -> str:
    if difference.before is None:
        return click.style(f"      + {difference.path}: {_short(difference.after)}", fg="green")
    if difference.after is None:
        return click.style(f"      - {difference.path}: {_short(difference.before)}", fg="red")
    return f"      {difference.path}: {_short(difference.before)} -> {_short(difference.after)}"


def _short(value: str | None) -> str:
    text = value or ""
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."
