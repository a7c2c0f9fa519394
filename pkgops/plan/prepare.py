"""The preparation of a deployment: comparison, conflicts, change sets, approval. Nothing is executed here.

Conflicts are looked for before change sets are made, as far as the actions allow it: what a stack creates is in its
template, what an update adds is known from its change set.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from pkgops.build.package import PackagedSystem
from pkgops.config import Project
from pkgops.events import Emit, silent
from pkgops.plan.changes import with_changes
from pkgops.plan.compare import compare
from pkgops.plan.conflicts import require_resolved
from pkgops.plan.options import DEFAULT_OPTIONS, PlanOptions
from pkgops.plan.plan import Plan, discard_change_sets
from pkgops.plan.preflight import with_conflicts
from pkgops.plan.protection import require_allowed
from pkgops.plan.step import CREATING, Step
from pkgops.ports.ports import Ports


def require_allowed_concerns(plan: Plan) -> None:
    """RefusedError if a protected stage would get changes that deserve review and are not allowed by name."""
    concerns = [concern for step in plan.steps for concern in step.concerns]
    require_allowed(plan.project.stage, concerns, plan.options.allow)


def prepare(
    project: Project,
    packaged: PackagedSystem,
    ports: Ports,
    emit: Emit = silent,
    options: PlanOptions = DEFAULT_OPTIONS,
    approve: Callable[[Plan], None] = require_allowed_concerns,
) -> Plan:
    """The plan to carry out. ``approve`` gets it when it is complete, if it changes anything, and raises to refuse it.

    RefusedError also for conflicts without a resolution; other errors: see `pkgops.plan.compare.compare` and
    `pkgops.plan.changes.with_changes`. Whatever is raised, no change set is left."""
    plan = compare(project, packaged, ports, options)
    if not plan.changed:
        return plan
    created = _created(plan)
    plan = with_conflicts(plan, created, ports, emit)
    if any(conflict.blocking for conflict in plan.conflicts):  # those of updates are listed along with them
        require_resolved(with_conflicts(plan, _others(plan, created), ports, emit).conflicts)
    plan = with_changes(plan, ports, emit)
    try:
        plan = with_conflicts(plan, _others(plan, created), ports, emit)
        require_resolved(plan.conflicts)
        if plan.changed:
            approve(plan)
    except BaseException:
        discard_change_sets(plan, ports)
        raise
    return plan


def preview(
    project: Project,
    packaged: PackagedSystem,
    ports: Ports,
    emit: Emit = silent,
    options: PlanOptions = DEFAULT_OPTIONS,
    *,
    conflicts: bool = True,
) -> Plan:
    """A plan to look at, whose change sets are deleted; with all its conflicts, unless they are not wanted."""
    plan = compare(project, packaged, ports, options)
    if not plan.changed:
        return plan
    plan = with_changes(plan, ports, emit)
    try:
        if conflicts:
            created = _created(plan)
            plan = with_conflicts(plan, created + _others(plan, created), ports, emit)
    finally:
        discard_change_sets(plan, ports)
    return replace(plan, steps=tuple(replace(step, change_set="") for step in plan.steps))


def _created(plan: Plan) -> list[Step]:
    """The steps whose template alone says what they create."""
    bootstrap = [plan.bootstrap] if plan.bootstrap is not None else []
    return bootstrap + [step for step in plan.steps if step.action in CREATING]


def _others(plan: Plan, checked: Sequence[Step]) -> list[Step]:
    names = {step.stack.name for step in checked}
    return [step for step in plan.steps if step.stack.name not in names]
