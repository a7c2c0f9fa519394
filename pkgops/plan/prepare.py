"""The preparation of a deployment: comparison, conflicts, change sets, approval. Nothing is executed here.

Conflicts are looked for before change sets are made, as far as the actions allow it: what a stack creates is in its
template, what an update adds is known from its change set. What exists may also be what another deployment of the same
stacks is just creating: if one of them has changed since it was described, everything is compared again.

Most deployments find nothing to do: what only a change needs is imported when there is one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from pkgops.build.artifacts import PackagedSystem
from pkgops.build.synth import SynthesizedStack
from pkgops.config import Project
from pkgops.errors import DeployError
from pkgops.events import Emit, Note, silent
from pkgops.plan.compare import compare
from pkgops.plan.options import DEFAULT_OPTIONS, PlanOptions
from pkgops.plan.plan import Plan, discard_change_sets
from pkgops.plan.step import CREATING, Action, Step, fingerprint
from pkgops.plan.swapped_code import FOREIGN_REMEDY, Found, Outcome
from pkgops.ports.ports import Ports

_MAX_ROUNDS = 10  # times that other deployments may change the stacks while a plan is made


class _OvertakenError(Exception):
    """Another deployment has changed a stack since it was described; the text is the stack's name."""


def require_allowed_concerns(plan: Plan) -> None:
    """RefusedError if a protected stage would get changes that deserve review and are not allowed by name."""
    from pkgops.plan.protection import require_allowed

    concerns = [concern for step in plan.steps for concern in step.concerns]
    require_allowed(plan.project.stage, concerns, plan.options.allow)


def require_possible(
    project: Project, stacks: Sequence[SynthesizedStack], ports: Ports, options: PlanOptions = DEFAULT_OPTIONS
) -> None:
    """Refuses what the templates alone show to be impossible, before artifacts are built, which takes minutes the first
    time: names that are taken, more reserved concurrency than the account has. Errors as of `prepare`."""

    from pkgops.plan.conflicts import require_resolved
    from pkgops.plan.refusal import require_none
    from pkgops.plan.refusals import quota_refusals

    def make() -> Plan:
        plan = compare(project, PackagedSystem(tuple(stacks), ()), ports, options)
        require_resolved(_with_conflicts(plan, _created(plan), ports, silent).conflicts)
        known = tuple(step for step in plan.steps if step.action in CREATING | {Action.UPDATE})
        require_none(quota_refusals(replace(plan, steps=known), ports))
        return plan

    _repeated(make, project, silent)


def prepare(
    project: Project,
    packaged: PackagedSystem,
    ports: Ports,
    emit: Emit = silent,
    options: PlanOptions = DEFAULT_OPTIONS,
    approve: Callable[[Plan], None] = require_allowed_concerns,
) -> Plan:
    """The plan to carry out. ``approve`` gets it when it is complete, if it changes anything, and raises to refuse it.

    RefusedError also for conflicts without a resolution, and for what AWS would refuse; DeployError if other
    deployments keep changing the stacks; other errors: see `pkgops.plan.compare.compare` and
    `pkgops.plan.changes.with_changes`. Whatever is raised, no change set is left."""
    return _repeated(lambda: _prepared(project, packaged, ports, emit, options, approve), project, emit)


def _prepared(
    project: Project,
    packaged: PackagedSystem,
    ports: Ports,
    emit: Emit,
    options: PlanOptions,
    approve: Callable[[Plan], None],
) -> Plan:
    plan = compare(project, packaged, ports, options)
    for one in plan.swapped:
        if one.found is Found.FOREIGN and one.outcome is Outcome.LEFT:
            emit(Note(f"{one.swap.function}: its code was changed by somebody else. {FOREIGN_REMEDY}", "warning"))
    if not plan.changed:
        return plan
    return _completed(plan, ports, emit, approve)


def _completed(plan: Plan, ports: Ports, emit: Emit, approve: Callable[[Plan], None]) -> Plan:
    from pkgops.plan.changes import with_changes
    from pkgops.plan.conflicts import require_resolved
    from pkgops.plan.refusal import require_none
    from pkgops.plan.refusals import with_refusals

    created = _created(plan)
    plan = _with_conflicts(plan, created, ports, emit)
    if any(conflict.blocking for conflict in plan.conflicts):  # those of updates are listed along with them
        require_resolved(_with_conflicts(plan, _others(plan, created), ports, emit).conflicts)
    plan = with_changes(plan, ports, emit)
    try:
        plan = _with_conflicts(plan, _others(plan, created), ports, emit)
        require_resolved(plan.conflicts)
        plan = with_refusals(plan, ports, emit)
        require_none(plan.refusals)
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
    """A plan to look at, whose change sets are deleted; with all its conflicts and what AWS would refuse, unless they
    are not wanted."""
    return _repeated(lambda: _previewed(project, packaged, ports, emit, options, conflicts), project, emit)


def _previewed(
    project: Project, packaged: PackagedSystem, ports: Ports, emit: Emit, options: PlanOptions, conflicts: bool
) -> Plan:
    plan = compare(project, packaged, ports, options)
    if not plan.changed:
        return plan
    from pkgops.plan.changes import with_changes
    from pkgops.plan.refusals import with_refusals

    plan = with_changes(plan, ports, emit)
    try:
        if conflicts:
            created = _created(plan)
            plan = _with_conflicts(plan, created + _others(plan, created), ports, emit)
            plan = with_refusals(plan, ports, emit)
    finally:
        discard_change_sets(plan, ports)
    return replace(plan, steps=tuple(replace(step, change_set="") for step in plan.steps))


def _repeated(make: Callable[[], Plan], project: Project, emit: Emit) -> Plan:
    """What ``make`` returns once no other deployment has changed a stack meanwhile."""
    for _ in range(_MAX_ROUNDS):
        try:
            return make()
        except _OvertakenError as change:
            emit(Note(f"Another deployment has changed {change} meanwhile; comparing again."))
    raise DeployError(
        f"Other deployments keep changing the stacks of {project.system.key}.", "Deploy again when they have ended."
    )


def _with_conflicts(plan: Plan, steps: Sequence[Step], ports: Ports, emit: Emit) -> Plan:
    """`pkgops.plan.preflight.with_conflicts`. Raises `_OvertakenError` if there are any, but a stack of the plan is no
    longer as it was described."""
    from pkgops.plan.preflight import with_conflicts

    found = with_conflicts(plan, steps, ports, emit)
    if len(found.conflicts) > len(plan.conflicts):
        states = {state.name: state for state in ports.stacks.describe()}
        for step in (*plan.steps, *([plan.bootstrap] if plan.bootstrap is not None else [])):
            if fingerprint(states.get(step.stack.name)) != fingerprint(step.before):
                raise _OvertakenError(step.stack.name)
    return found


def _created(plan: Plan) -> list[Step]:
    """The steps whose template alone says what they create."""
    bootstrap = [plan.bootstrap] if plan.bootstrap is not None else []
    return bootstrap + [step for step in plan.steps if step.action in CREATING]


def _others(plan: Plan, checked: Sequence[Step]) -> list[Step]:
    names = {step.stack.name for step in checked}
    return [step for step in plan.steps if step.stack.name not in names]
