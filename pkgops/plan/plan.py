"""What would a deployment do?

A `Plan` is frozen data: a dry run is the plan, shown. Making one reads AWS once for all stacks; where a stack
differs, a change set is made and described. Nothing is executed here.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pkgops.build.package import Asset, Packaged
from pkgops.build.synth import Synthesized
from pkgops.config import Project, require_account
from pkgops.errors import BucketGoneError, DeployError, PkgopsError, UsageError
from pkgops.events import Emit, Finished, Started, silent
from pkgops.plan.bootstrap import bootstrap_step, recreate_bootstrap
from pkgops.plan.change_set import NameTakenError, create_change_set
from pkgops.plan.protection import require_allowed
from pkgops.plan.review import Concern, drift_concerns, may_affect_access, review
from pkgops.plan.step import (
    DEFAULT_OPTIONS,
    READY,
    Action,
    PlanOptions,
    Step,
    decide,
    fingerprint,
    is_current,
    parameter_values,
    require_deployable,
)
from pkgops.ports.ports import Ports
from pkgops.ports.stacks import ChangeSet, StackState

if TYPE_CHECKING:
    from pkgops.plan.conflicts import Conflict

__all__ = [
    "READY",
    "Action",
    "Plan",
    "PlanOptions",
    "Step",
    "accept",
    "decide",
    "discard",
    "is_current",
    "parameter_values",
    "plan",
    "require_deployable",
    "update_concerns",
]

_AT_ONCE = 8  # change sets: each is a few calls, and CloudFormation limits those of an account


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything a deployment will do, upstream stacks first. ``bootstrap`` makes the artifact bucket, where
    the stage has none yet. ``states`` are the deployed stacks of the system by key. ``accepted`` are the resources
    whose concerns were accepted by name; ``conflicts`` are all known once `pkgops.plan.preflight` has looked."""

    project: Project
    steps: tuple[Step, ...]
    assets: tuple[Asset, ...]
    states: Mapping[str, StackState]
    bootstrap: Step | None = None
    options: PlanOptions = DEFAULT_OPTIONS
    accepted: frozenset[str] = frozenset()
    conflicts: tuple[Conflict, ...] = ()

    @property
    def changed(self) -> bool:
        """False if there is nothing to do at all."""
        return any(step.action is not Action.UNCHANGED for step in self.steps)


def plan(
    project: Project,
    packaged: Packaged,
    ports: Ports,
    emit: Emit = silent,
    options: PlanOptions = DEFAULT_OPTIONS,
) -> Plan:
    """Compares what is built with what is deployed.

    AccessError if the credentials belong to another account than the stage's; UsageError if a chosen stack needs
    one that is neither deployed nor chosen; DeployError for a stack that no deployment can move."""
    everything = {state.name: state for state in ports.stacks.describe()}
    states = {stack.key: everything[stack.name] for stack in packaged.stacks if stack.name in everything}
    _same_account(project, states, ports)
    chosen = [stack for stack in packaged.stacks if not options.only or stack.key in options.only]
    among = replace(options, only=frozenset(stack.key for stack in chosen))
    steps = [_step(stack, states, among, project, ports) for stack in chosen]
    made = Plan(project, tuple(steps), packaged.assets, states, options=options)
    if not made.changed:
        return made
    emit(Started("Comparing"))
    step, taken = bootstrap_step(project, everything, ports)
    made = replace(made, bootstrap=step, conflicts=taken)
    try:
        made = _all_described(made, ports)
    except BucketGoneError:  # a large template was to go there
        made = _all_described(replace(made, bootstrap=recreate_bootstrap(project, ports)), ports)
    emit(Finished("Comparing"))
    return made


def discard(plan: Plan, ports: Ports) -> None:
    """Deletes the change sets of a plan that will not be carried out."""
    for step in plan.steps:
        if step.change_set:
            with contextlib.suppress(PkgopsError):
                ports.stacks.discard(step.change_set)


def accept(plan: Plan, named: Collection[str]) -> Plan:
    """The plan with what was accepted by name. On a protected stage whatever deserves a second look and is not
    named is refused."""
    require_allowed(plan.project.stage, [concern for step in plan.steps for concern in step.concerns], named)
    return replace(plan, accepted=frozenset(named))


def _step(
    stack: Synthesized, states: Mapping[str, StackState], options: PlanOptions, project: Project, ports: Ports
) -> Step:
    outputs = {key: known.outputs for key, known in states.items() if known.status in READY}
    absent = sorted(key for key in stack.needs if key not in options.only and key not in outputs)
    if absent:
        raise UsageError(
            f"Stack {stack.key} uses values of {', '.join(absent)}, which is not deployed.",
            "Deploy that first, or leave --only out.",
        )
    return require_deployable(
        decide(stack, states.get(stack.key), parameter_values(stack, outputs), options), project, ports
    )


def _all_described(plan: Plan, ports: Ports) -> Plan:
    """All at once, because a change set takes AWS seconds."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        asked = [pool.submit(_described, step, plan, ports) for step in plan.steps]
        try:
            return replace(plan, steps=tuple(one.result() for one in asked))
        except BaseException:  # interrupted, or one is refused: the others' change sets are of no use
            pool.shutdown(cancel_futures=True)
            ended = (one for one in asked if not one.cancelled() and one.exception() is None)
            discard(replace(plan, steps=tuple(one.result() for one in ended)), ports)
            raise


def _described(step: Step, plan: Plan, ports: Ports) -> Step:
    """A step with its changes, an update's from its change set, and what of them deserves a second look."""
    if step.action in (Action.CREATE, Action.RECREATE):
        return replace(step, concerns=review(step.changes, {}, step.stack.template))
    if step.action is not Action.UPDATE or step.parameters is None or plan.bootstrap is not None:
        return step
    revert = plan.options.revert_drift
    try:
        made = create_change_set(plan.project, step.stack, step.parameters, ports, create=False, revert_drift=revert)
    except NameTakenError:
        return step  # `pkgops.plan.preflight` says by what
    except DeployError:
        if (now := _overtaken(step, plan, ports)) is None:
            raise
        return now
    if made.empty:
        ports.stacks.discard(made.id)
        return replace(step, action=Action.UNCHANGED)
    return replace(step, changes=made.changes, change_set=made.id, concerns=update_concerns(step.stack, made, ports))


def _overtaken(step: Step, plan: Plan, ports: Ports) -> Step | None:
    """What is to be done if somebody else has begun or done something with the stack since it was looked at, None if
    nobody has. An update's changes stay unknown until its turn comes, as do those of a stack still to be watched."""
    states = {state.name: state for state in ports.stacks.describe()}
    now = states.get(step.stack.name)
    if fingerprint(now) == fingerprint(step.before):
        return None
    fresh = require_deployable(decide(step.stack, now, step.parameters, plan.options), plan.project, ports)
    return fresh if fresh.action is Action.UPDATE else _described(fresh, plan, ports)


def update_concerns(stack: Synthesized, made: ChangeSet, ports: Ports) -> tuple[Concern, ...]:
    """What deserves a second look in the changes of an update; asks for the deployed template if they can concern
    access."""
    before = json.loads(ports.stacks.template(stack.name) or "{}") if may_affect_access(made.changes) else {}
    found = review(made.changes, before, stack.template if before else {})
    return tuple(dict.fromkeys((*found, *drift_concerns(made)))) if made.present else found


def _same_account(project: Project, states: Mapping[str, StackState], ports: Ports) -> None:
    """Account and region are in every stack's ARN, so that STS is asked only where there is no stack yet."""
    if project.stage.local:
        return
    known = next((state for state in states.values() if state.account), None)
    account, region = (known.account, known.region) if known else (ports.identity.account(), "")
    require_account(project.stage, account, region)
