"""The changes of a plan, resource by resource, from CloudFormation's change sets."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache

from pkgops.build.synth import SynthesizedStack
from pkgops.errors import BucketGoneError, DeployError
from pkgops.events import Emit, Finished, Started, silent
from pkgops.plan.bootstrap import recreate_bootstrap
from pkgops.plan.change_set import NameTakenError, create_change_set
from pkgops.plan.plan import Plan, discard_change_sets
from pkgops.plan.review.effects import with_effects
from pkgops.plan.review.review import Concern, drift_concerns, may_affect_access, review
from pkgops.plan.step import Action, Step, decide, fingerprint, require_deployable
from pkgops.ports.ports import Ports
from pkgops.ports.stacks import ChangeSet

_PARALLEL = 8  # change sets: each takes a few calls, and CloudFormation throttles an account's


def with_changes(plan: Plan, ports: Ports, emit: Emit = silent) -> Plan:
    """The plan with the changes of every step and what of them deserves review; updates get a change set each.

    DeployError if CloudFormation refuses a template; no change set is left then."""
    emit(Started("Comparing"))
    try:
        plan = _all_steps(plan, ports)
    except BucketGoneError:  # a large template was to be uploaded to it
        plan = _all_steps(replace(plan, bootstrap=recreate_bootstrap(plan.project, ports)), ports)
    emit(Finished("Comparing"))
    return plan


def reviewed(
    stack: SynthesizedStack, made: ChangeSet, ports: Ports, *, access: bool = True
) -> tuple[ChangeSet, tuple[Concern, ...]]:
    """The change set of an update with what its changes really do, and what of them deserves review, ``access`` too if
    that is asked for. The deployed template is read at most once, and only if the changes call for it."""
    template = cache(lambda: json.loads(ports.stacks.template(stack.name) or "{}"))
    made = replace(made, changes=with_effects(made.changes, template, stack.template))
    before = template() if access and may_affect_access(made.changes) else {}
    found = review(made.changes, before, stack.template if before else {})
    return made, tuple(dict.fromkeys((*found, *drift_concerns(made)))) if access and made.present else found


def _all_steps(plan: Plan, ports: Ports) -> Plan:
    """All at once, because a change set takes AWS seconds."""
    with ThreadPoolExecutor(_PARALLEL) as pool:
        futures = [pool.submit(_with_changes, step, plan, ports) for step in plan.steps]
        try:
            return replace(plan, steps=tuple(future.result() for future in futures))
        except BaseException:  # interrupted, or one was refused: the other change sets are of no use
            pool.shutdown(cancel_futures=True)
            ended = (future for future in futures if not future.cancelled() and future.exception() is None)
            discard_change_sets(replace(plan, steps=tuple(future.result() for future in ended)), ports)
            raise


def _with_changes(step: Step, plan: Plan, ports: Ports) -> Step:
    if step.action in (Action.CREATE, Action.RECREATE):
        return replace(step, concerns=review(step.changes, {}, step.stack.template))
    if step.action is not Action.UPDATE or step.parameters is None or plan.bootstrap is not None:
        return step
    revert = plan.options.revert_drift
    try:
        made = create_change_set(plan.project, step.stack, step.parameters, ports, create=False, revert_drift=revert)
    except NameTakenError:
        return step  # `pkgops.plan.preflight` finds which name
    except DeployError:
        if (current := _after_concurrent_change(step, plan, ports)) is None:
            raise
        return current
    if made.empty:
        ports.stacks.delete_change_set(made.id)
        return replace(step, action=Action.UNCHANGED)
    made, concerns = reviewed(step.stack, made, ports)
    return replace(step, changes=made.changes, change_set=made.id, concerns=concerns)


def _after_concurrent_change(step: Step, plan: Plan, ports: Ports) -> Step | None:
    """The step decided again if another deployer has changed the stack since it was described, None if none has. The
    changes of an update stay unknown until its turn comes, as do those of a stack with a running operation."""
    states = {state.name: state for state in ports.stacks.describe()}
    state = states.get(step.stack.name)
    if fingerprint(state) == fingerprint(step.before):
        return None
    fresh = require_deployable(decide(step.stack, state, step.parameters, plan.options), plan.project, ports)
    return fresh if fresh.action is Action.UPDATE else _with_changes(fresh, plan, ports)
