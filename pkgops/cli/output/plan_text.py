"""The text of a plan and of a planned deletion."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from pkgops.cli.output.signs import MODIFY, change_sign, counted_referrers
from pkgops.cli.output.terminal import one_line, style
from pkgops.wording import counted

if TYPE_CHECKING:
    from pkgops.deploy.databases import Database
    from pkgops.deploy.destroy import DestroyPlan
    from pkgops.plan.conflicts import Conflict
    from pkgops.plan.plan import Plan
    from pkgops.plan.refusal import Refusal
    from pkgops.plan.review.review import Concern
    from pkgops.plan.step import Step
    from pkgops.ports.stacks import ResourceChange, StackResource

_SET_AGAIN = "set again, because AWS never reads it back"
_DRIFTED = {"MODIFIED": "drifted", "DELETED": "was deleted, will be recreated"}


def plan_text(plan: Plan, *, full: bool) -> str:
    """The plan, one line per stack and per changed resource; a new stack's resources are only counted by type
    unless ``full``."""
    lines = [f"{plan.project.system.key} on stage {where(plan)}"]
    if plan.bootstrap is not None:
        what = f"{plan.bootstrap.action}  the stage's artifact bucket"
        stays = ", which is kept with its content" if plan.bootstrap.retain else ""
        lines.append(f"  {plan.bootstrap.stack.name}  {what}{stays}")
    for step in plan.steps:
        lines += _step(step, full=full)
    lines += _later(plan)
    if plan.project.stage.express and plan.changed:
        lines += ["  Express mode: stacks end before their resources are ready; what fails is still rolled back."]
    lines += [f"  {one_line(str(one))}" for one in plan.swapped]
    lines += _conflicts(plan.conflicts)
    lines += refusal_lines(plan.refusals)
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
    """The plan as JSON data, without the templates."""
    return {
        "stage": plan.project.stage.name,
        "changed": plan.changed,
        "express": plan.project.stage.express,
        "bootstrap": plan.bootstrap is not None,
        "stacks": [
            {
                "stack": step.stack.key,
                "name": step.stack.name,
                "action": str(step.action),
                "updates": len(step.first) + 1,
                "changes": step.changes,
                "concerns": step.concerns,
                "later": plan.later.get(step.stack.key, ()),
            }
            for step in plan.steps
        ],
        "conflicts": plan.conflicts,
        "refusals": plan.refusals,
        "swapped": plan.swapped,
    }


def destroy_plan_text(plan: DestroyPlan) -> str:
    """What will be deleted, emptied and kept."""
    lines = [f"  - {one_line(stack.state.name)}" for stack in plan.stacks]
    lines += [f"  - every object in bucket {one_line(bucket)}" for bucket in plan.buckets]
    lines += [f"  - database {one_line(one.name)}{_fate(one)}" for one in plan.databases]
    project = plan.project
    head = f"To be deleted, of {project.system.key} on stage {project.stage.name}:"
    return "\n".join([head, *lines, *kept_lines((*plan.retained, *plan.outside), "To be kept:")])


def _fate(database: Database) -> str:
    """What else happens to a database than its deletion."""
    off = ", whose deletion protection is turned off first" if database.protected else ""
    return off + (", of which a last snapshot is kept" if database.snapshot else "")


def kept_lines(retained: Sequence[StackResource], head: str) -> list[str]:
    """The retained resources under a heading; no lines if there are none."""
    kept = [f"  {one_line(item.physical_id)} ({one_line(item.type)})" for item in retained]
    return [head, *kept] if kept else []


def _step(step: Step, *, full: bool) -> Iterator[str]:
    action = str(step.action)
    if action in ("create", "recreate") and not full:
        types = Counter(change.type.removeprefix("AWS::") for change in step.changes)
        kinds = ", ".join(f"{count} {kind}" for kind, count in types.most_common(4))
        rest = len(types) - 4
        yield f"  {step.stack.name}  {action}  {counted(len(step.changes), 'resource')}: {kinds}" + (
            ", ..." if rest > 0 else ""
        )
        return
    yield f"  {step.stack.name}  {action}" + _unknown_changes(step)
    if step.first:
        yield f"    in {len(step.first) + 1} updates, because a table changes one index in each"
    rows = [*_changes(step), *_stack_values(step)]
    yield from rows
    if not rows and step.action == "update" and step.stack.looked_up and step.parameters is not None:
        yield style(f"    {MODIFY} values in SSM", fg="yellow") + f"  {one_line(', '.join(step.stack.looked_up))}"


def _later(plan: Plan) -> Iterator[str]:
    """The stacks that are updated twice, because others that use them have what they need."""
    names = {step.stack.key: step.stack.name for step in plan.steps}
    for key, references in plan.later.items():
        yield f"  {names[key]}  updated again in the end, with {' and '.join(references)}, known once deployed"


def _changes(step: Step) -> Iterator[str]:
    """A line for each resource that changes, the worst first; those that stay as they are are counted."""
    from pkgops.plan.review.effects import referrers
    from pkgops.plan.review.severity import only_tags, severity

    folded = referrers(step.changes)
    for change in sorted(step.changes, key=severity):
        if not change.unchanged_by and not only_tags(change):
            yield _change(change, folded.get(change.logical_id, ()))


def _stack_values(step: Step) -> Iterator[str]:
    """Parameters and tags of an existing stack that change, and outputs that come or go, by name."""
    from pkgops.plan.review.severity import only_tags

    if step.action != "update" or step.before is None:
        return
    tagged = sum(map(only_tags, step.changes))
    known = step.before.parameters if step.parameters is None else step.parameters
    for what, before, after, note in (
        ("parameters", step.before.parameters, known, ""),
        ("outputs", *_output_names(step), ""),
        ("tags", step.before.tags, step.stack.tags, f", on {counted(tagged, 'resource')}" if tagged else ""),
    ):
        names = sorted(key for key in {*before, *after} if before.get(key) != after.get(key))
        if names:
            yield style(f"    {MODIFY} {what}", fg="yellow") + f"  {one_line(', '.join(names))}{note}"


def _output_names(step: Step) -> tuple[dict[str, str], dict[str, str]]:
    """The outputs before and after, without values, which are known once deployed; one whose condition does not hold
    is in the template and not in the stack."""
    from pkgops.plan.digest import DIGEST_OUTPUT

    had = dict.fromkeys(step.before.outputs if step.before else (), "")
    made = step.stack.template.get("Outputs", {})
    has = {name: "" for name, one in made.items() if name in had or "Condition" not in one}
    return {name: "" for name in had if name != DIGEST_OUTPUT}, has


def _concerns(concerns: Sequence[Concern]) -> Iterator[str]:
    """What to review before deploying, with a heading per kind."""
    for kind in dict.fromkeys(concern.kind for concern in concerns):
        yield style(f"{kind}:", fg="red", bold=True)
        yield from (
            f"  {one_line(concern.logical_id)}: {one_line(concern.text)}"
            for concern in concerns
            if concern.kind == kind
        )


def _conflicts(conflicts: Sequence[Conflict]) -> Iterator[str]:
    """The resources that exist already: conflicts, and what happens to the others."""
    blocking = [str(conflict) for conflict in conflicts if conflict.blocking]
    others = [f"{conflict}; {conflict.outcome}" for conflict in conflicts if not conflict.blocking]
    for head, rows, color in (("Conflicts", blocking, "red"), ("Existing resources", others, "cyan")):
        if rows:
            yield style(f"{head}:", fg=color, bold=True)
            yield from (f"  {one_line(row)}" for row in rows)


def refusal_lines(refusals: Iterable[Refusal]) -> list[str]:
    """What AWS would refuse, and what to do about it, below a heading; no lines if there is nothing."""
    rows = [f"  {one_line(f'{row}. {row.remedy}')}" for row in refusals]
    return [style("AWS would refuse:", fg="red", bold=True), *rows] if rows else []


def _unknown_changes(step: Step) -> str:
    if step.action == "roll back":
        return "  (its last update failed and was left so; the changes are known once that is rolled back)"
    unknown = step.action == "update" and step.parameters is None
    return "  (the changes are known once the stacks it depends on are deployed)" if unknown else ""


def _drift(change: ResourceChange) -> str:
    """How a resource has drifted, if what makes it so can be read at all."""
    from pkgops.resource_types import is_write_only

    unread = change.properties and all(is_write_only(change.type, name) for name in change.properties)
    return _SET_AGAIN if change.drift == "MODIFIED" and unread else _DRIFTED.get(change.drift, "")


def _change(change: ResourceChange, folded: Sequence[str]) -> str:
    from pkgops.plan.review.review import loses_data

    sign, color, notes = change_sign(change.action, change.replacement, lost=loses_data(change))
    notes += [*filter(None, [_drift(change)]), *change.properties, *counted_referrers(folded)]
    note = f"  {', '.join(notes)}" if notes else ""
    return style(f"    {sign} {one_line(change.logical_id)}", fg=color) + f"  {one_line(change.type + note)}"
