"""What does a deployment do with a stack in the state it is found in?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pkgops.build.synth import Synthesized
from pkgops.config import Project
from pkgops.plan.digest import DIGEST_OUTPUT, digest
from pkgops.plan.options import PlanOptions
from pkgops.plan.recovery_hint import ROLLBACK_FAILED, stuck_error
from pkgops.plan.review import Concern
from pkgops.ports.ports import Ports
from pkgops.ports.stacks import ResourceChange, StackState

READY = {
    "CREATE_COMPLETE",
    "UPDATE_COMPLETE",
    "UPDATE_ROLLBACK_COMPLETE",
    "IMPORT_COMPLETE",
    "IMPORT_ROLLBACK_COMPLETE",
}
HALFWAY = {"UPDATE_FAILED"}  # an update by somebody who had switched rolling back off: the next one goes on from there
NEVER_MADE = {"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED"}


class Action(StrEnum):
    """What a deployment does with a stack."""

    CREATE = "create"
    UPDATE = "update"
    UNCHANGED = "unchanged"
    RECREATE = "recreate"  # its first create failed: CloudFormation takes no update, only a new beginning
    ATTACH = "attach"  # somebody's operation is running: watch it, then look again
    RESUME = "resume"  # its rollback has failed: go on with that, then update
    STUCK = "stuck"  # no deployment can begin before a person has decided something


CREATING = frozenset({Action.CREATE, Action.RECREATE})


@dataclass(frozen=True, slots=True)
class Step:
    """One stack of a plan. ``parameters`` is None while a value of a stack still to be made is unknown;
    ``change_set`` is "" where none was made yet; ``left`` stays behind when what is to be made anew is removed."""

    stack: Synthesized
    action: Action
    before: StackState | None = None
    parameters: Mapping[str, str] | None = None
    changes: tuple[ResourceChange, ...] = ()
    change_set: str = ""
    concerns: tuple[Concern, ...] = ()
    retain: tuple[str, ...] = ()


def parameter_values(stack: Synthesized, outputs: Mapping[str, Mapping[str, str]]) -> dict[str, str] | None:
    """The parameters of a stack from other stacks' outputs (by stack key); None if one is not known yet."""
    filled: dict[str, str] = {}
    for parameter, reference in stack.inputs.items():
        upstream, _, output = reference.partition(".")
        if output not in outputs.get(upstream, {}):
            return None
        filled[parameter] = outputs[upstream][output]
    return filled


def is_current(stack: Synthesized, parameters: Mapping[str, str], state: StackState | None) -> bool:
    """True if exactly this is deployed."""
    return state is not None and state.status in READY and state.outputs.get(DIGEST_OUTPUT) == digest(stack, parameters)


def fingerprint(state: StackState | None) -> tuple[str, ...]:
    """What tells one state of a stack from the next; a stack that only waits for its first change set is none."""
    if state is None or state.status == "REVIEW_IN_PROGRESS":
        return ()
    return (state.id, state.status, state.updated)


def decide(
    stack: Synthesized, state: StackState | None, parameters: Mapping[str, str] | None, options: PlanOptions
) -> Step:
    """What a deployment does with a stack in that state; Action.STUCK for one that no deployment can move."""
    if state is None or state.status == "REVIEW_IN_PROGRESS":
        return Step(stack, Action.CREATE, state, parameters, _additions(stack.template))
    if state.in_progress:
        return Step(stack, Action.ATTACH, state, parameters)
    if state.status in NEVER_MADE:
        return Step(stack, Action.RECREATE, state, parameters, _additions(stack.template))
    if state.status == ROLLBACK_FAILED and options.resume:
        return Step(stack, Action.RESUME, state, parameters)
    if state.status not in READY | HALFWAY:
        return Step(stack, Action.STUCK, state, parameters)
    looked_into = options.force or options.revert_drift
    if not looked_into and parameters is not None and is_current(stack, parameters, state):
        return Step(stack, Action.UNCHANGED, state, parameters)
    return Step(stack, Action.UPDATE, state, parameters)


def require_deployable(step: Step, project: Project, ports: Ports) -> Step:
    """The step; DeployError with the way out if no deployment can begin on its stack."""
    if step.action is Action.STUCK and step.before is not None:
        raise stuck_error(ports.stacks, step.before, f"{step.stack.system} --stage {project.stage.name}")
    return step


def _additions(template: Mapping[str, Any]) -> tuple[ResourceChange, ...]:
    return tuple(
        ResourceChange(logical_id, resource["Type"], "Add")
        for logical_id, resource in sorted(template["Resources"].items())
    )
