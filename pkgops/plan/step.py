"""The step of a plan: what a deployment does with one stack in its current state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from pkgops.build.synth import SynthesizedStack
from pkgops.build.versions import pin_values
from pkgops.config import Project
from pkgops.plan.digest import DIGEST_OUTPUT, digest
from pkgops.plan.options import PlanOptions
from pkgops.plan.recovery_hint import ROLLBACK_FAILED, stuck_error
from pkgops.ports.stacks import ResourceChange, StackState

if TYPE_CHECKING:
    from pkgops.plan.review.review import Concern
    from pkgops.ports.ports import Ports

READY = {
    "CREATE_COMPLETE",
    "UPDATE_COMPLETE",
    "UPDATE_ROLLBACK_COMPLETE",
    "IMPORT_COMPLETE",
    "IMPORT_ROLLBACK_COMPLETE",
}
UPDATE_FAILED = "UPDATE_FAILED"  # by an update with rollback disabled: CloudFormation accepts no ordinary update
NEVER_CREATED = {"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED"}
_NOTHING = {"REVIEW_IN_PROGRESS", *NEVER_CREATED}


class Action(StrEnum):
    """What a deployment does with a stack."""

    CREATE = "create"
    UPDATE = "update"
    UNCHANGED = "unchanged"
    RECREATE = "recreate"  # its creation failed: CloudFormation only lets it be deleted
    ATTACH = "attach"  # an operation is running: wait for it, then compare again
    RESUME = "resume"  # its rollback failed: continue that, then update
    ROLL_BACK = "roll back"  # its update failed and was not rolled back: do that, then update
    STUCK = "stuck"  # no deployment can start before a person has fixed it


CREATING = frozenset({Action.CREATE, Action.RECREATE})


@dataclass(frozen=True, slots=True)
class Step:
    """One stack of a plan. ``parameters`` is None while a value of an upstream stack is unknown; ``change_set`` is ""
    if none has been made; ``retain`` are resources to keep when the stack is deleted to recreate it; ``first`` are
    templates to deploy before this one, because not all of its changes can be made in one update."""

    stack: SynthesizedStack
    action: Action
    before: StackState | None = None
    parameters: Mapping[str, str] | None = None
    changes: tuple[ResourceChange, ...] = ()
    change_set: str = ""
    concerns: tuple[Concern, ...] = ()
    retain: tuple[str, ...] = ()
    first: tuple[Mapping[str, Any], ...] = ()


def parameter_values(
    stack: SynthesizedStack, outputs: Mapping[str, Mapping[str, str]], late: Mapping[str, str]
) -> dict[str, str] | None:
    """The parameters of a stack from the outputs of others (by stack key), and its ``late`` values; None if one of the
    outputs is not known yet."""
    filled = dict(late)
    for parameter, reference in stack.inputs.items():
        upstream, _, output = reference.partition(".")
        if output not in outputs.get(upstream, {}):
            return None
        filled[parameter] = outputs[upstream][output]
    return filled


def late_values(stack: SynthesizedStack, states: Mapping[str, StackState]) -> dict[str, str]:
    """The late values of a stack by parameter, from the deployed stacks by key: "" while the other stack is not
    deployed. Of one whose operation is running or has failed it is what this stack has been deployed with."""
    had = states[stack.key].parameters if stack.key in states else {}
    found = {}
    for parameter, reference in stack.late.items():
        upstream, _, output = reference.partition(".")
        state = states.get(upstream)
        there = state is not None and state.status not in _NOTHING
        found[parameter] = state.outputs.get(output, had.get(parameter, "")) if there and state is not None else ""
    return found


def is_current(stack: SynthesizedStack, parameters: Mapping[str, str], state: StackState | None) -> bool:
    """True if this stack with these parameters is what is deployed."""
    if state is None or state.status not in READY:
        return False
    return state.outputs.get(DIGEST_OUTPUT) == digest(pin_values(stack, parameters), parameters)


def fingerprint(state: StackState | None) -> tuple[str, ...]:
    """A value that changes with every operation on a stack; () if it does not exist or only has a change set."""
    if state is None or state.status == "REVIEW_IN_PROGRESS":
        return ()
    return (state.id, state.status, state.updated)


def decide(
    stack: SynthesizedStack, state: StackState | None, parameters: Mapping[str, str] | None, options: PlanOptions
) -> Step:
    """The step for a stack in that state; Action.STUCK if no deployment can start."""
    stack = pin_values(stack, parameters or {})
    if state is None or state.status == "REVIEW_IN_PROGRESS":
        return Step(stack, Action.CREATE, state, parameters, _added_resources(stack.template))
    if state.in_progress:
        return Step(stack, Action.ATTACH, state, parameters)
    if state.status in NEVER_CREATED:
        return Step(stack, Action.RECREATE, state, parameters, _added_resources(stack.template))
    if state.status == ROLLBACK_FAILED and options.resume:
        return Step(stack, Action.RESUME, state, parameters)
    if state.status == UPDATE_FAILED:
        return Step(stack, Action.ROLL_BACK, state, parameters)
    if state.status not in READY:
        return Step(stack, Action.STUCK, state, parameters)
    compared = options.force or options.revert_drift
    if not compared and parameters is not None and is_current(stack, parameters, state):
        return Step(stack, Action.UNCHANGED, state, parameters)
    return Step(stack, Action.UPDATE, state, parameters)


def require_deployable(step: Step, project: Project, ports: Ports) -> Step:
    """The step; DeployError with a recovery hint if its stack is stuck."""
    if step.action is Action.STUCK and step.before is not None:
        raise stuck_error(ports.stacks, step.before, f"{step.stack.system} --stage {project.stage.name}")
    return step


def _added_resources(template: Mapping[str, Any]) -> tuple[ResourceChange, ...]:
    return tuple(
        ResourceChange(logical_id, resource["Type"], "Add")
        for logical_id, resource in sorted(template["Resources"].items())
    )
