"""The bootstrap stack of a stage, which holds the artifact bucket: created, or recreated if it is damaged.

If its deletion failed because the bucket was not empty, the stack is recreated and the bucket imported with its
contents. If the bucket was deleted, both are recreated: whatever it held can be built and uploaded again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from pkgops.build.build import synthesized
from pkgops.build.synth import SynthesizedStack
from pkgops.config import Project
from pkgops.plan.options import PlanOptions
from pkgops.plan.recovery_hint import DELETE_FAILED, failed_resources
from pkgops.plan.step import READY, Action, Step, decide, require_deployable
from pkgops.ports.ports import Ports
from pkgops.ports.stacks import StackResource, StackState

if TYPE_CHECKING:
    from pkgops.plan.conflicts import Conflict


def bootstrap_stack_name(project: Project) -> str:
    """The name of the bootstrap stack on the project's stage."""
    from pkgops.bootstrap import SYSTEM

    return project.stage.named(SYSTEM.stacks[0].name)


def bootstrap_step(
    project: Project, everything: Mapping[str, StackState], ports: Ports
) -> tuple[Step | None, tuple[Conflict, ...]]:
    """The step that creates the bootstrap stack, None if it is deployed, and the resources it imports.

    ``everything`` are the stacks of the account by name. DeployError if the stack is stuck."""
    state = everything.get(bootstrap_stack_name(project))
    if state is not None and state.status in READY:
        return None, ()
    stack = _stack(project)
    step = decide(stack, state, {}, PlanOptions(force=True))
    if state is None or state.status != DELETE_FAILED:
        return require_deployable(step, project, ports), ()
    left = failed_resources(ports.stacks, state)
    there = [row for row in ports.stacks.resources(state.name) if row.logical_id in left]
    return replace(step, action=Action.RECREATE, retain=left), tuple(_bucket_import(stack, row) for row in there)


def recreate_bootstrap(project: Project, ports: Ports) -> Step:
    """The step that recreates the bootstrap stack after the bucket was deleted. DeployError if the stack is stuck."""
    state = next((one for one in ports.stacks.describe() if one.name == bootstrap_stack_name(project)), None)
    step = require_deployable(decide(_stack(project), state, {}, PlanOptions(force=True)), project, ports)
    return replace(step, action=Action.RECREATE) if step.action is Action.UPDATE else step


def _stack(project: Project) -> SynthesizedStack:
    from pkgops.bootstrap import SYSTEM

    (stack,) = synthesized(replace(project, system=SYSTEM, settings=SYSTEM.settings()))
    return stack


def _bucket_import(stack: SynthesizedStack, row: StackResource) -> Conflict:
    from pkgops.plan.conflicts import Conflict, ConflictKind

    found = (row.type, row.physical_id, ConflictKind.EXISTS, ("import",), "import")
    return Conflict(stack.key, row.logical_id, *found, identifier=row.physical_id)
