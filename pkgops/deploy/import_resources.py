"""How does a resource that is there already become part of a stack?

By a change set of type IMPORT: the stack's present template (none, if there is no stack yet) and the resource, which
is left as it is. It is described there by its name and what cannot be changed later, kept on deletion, and marked.
The ordinary update that follows gives it the properties and the deletion policy of the template. Its mark goes with
that update too, because CloudFormation changes a deletion policy only together with something else. Interrupted in
between, the next deployment makes the same update.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pkgops.errors import DeployError
from pkgops.events import Emit, StackChanged
from pkgops.plan.change_set import create_import
from pkgops.plan.importable import NAMED_TYPES, import_definition

if TYPE_CHECKING:
    from pkgops.deploy.watcher import Watcher
    from pkgops.plan.conflicts import Conflict
    from pkgops.plan.plan import Plan
    from pkgops.plan.step import Step
    from pkgops.ports.ports import Ports
    from pkgops.ports.stacks import StackState


def import_resources(
    step: Step, before: StackState | None, plan: Plan, ports: Ports, watcher: Watcher, emit: Emit
) -> tuple[Step, StackState | None]:
    """Takes the chosen resources of a stack into it; the step and the stack's state afterwards. ``before`` is its
    state now, None if there is no stack yet.

    Where nothing is to be done, both are as they were. DeployError if CloudFormation does not take one."""
    chosen = [conflict for conflict in plan.conflicts if conflict.stack == step.stack.key and conflict.imported]
    if not any(conflict.resolution for conflict in chosen):
        return step, before  # what CloudFormation takes back by itself needs no import of its own
    name = step.stack.name
    if step.change_set:
        ports.stacks.delete_change_set(step.change_set)
    made = create_import(name, before, _template(step, before, chosen, ports), _identifiers(chosen), ports)
    emit(StackChanged(name, "IMPORT_IN_PROGRESS"))
    ports.stacks.execute(made.id)
    state = watcher.wait(name, before, len(chosen))
    if state is None or state.status != "IMPORT_COMPLETE":
        raise DeployError(f"The import into {name} ended in {state.status if state else 'nothing'}.", "See its events.")
    return replace(step, change_set=""), state


def restore_secrets(plan: Plan, ports: Ports) -> None:
    """Takes back the secrets chosen for that."""
    for conflict in plan.conflicts:
        if "restore" in conflict.resolution:
            ports.secrets.restore(conflict.name)


def _identifiers(chosen: Sequence[Conflict]) -> dict[str, tuple[str, dict[str, str]]]:
    return {
        conflict.logical_id: (conflict.type, {NAMED_TYPES[conflict.type].identifier: conflict.identifier})
        for conflict in chosen
    }


def _template(step: Step, before: StackState | None, chosen: Sequence[Conflict], ports: Ports) -> dict[str, Any]:
    """What the stack is now, and the resources to import."""
    template = json.loads(ports.stacks.template(step.stack.name) or "{}") if before is not None else {}
    declared = step.stack.template["Resources"]
    imported = {conflict.logical_id: import_definition(declared[conflict.logical_id]) for conflict in chosen}
    return {**template, "Resources": {**template.get("Resources", {}), **imported}}
