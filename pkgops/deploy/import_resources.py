"""The import of existing resources into a stack, and the restoring of deleted secrets.

A change set of type IMPORT holds the deployed template (nothing, if there is no stack yet) and the resource, which it
leaves as it is: described by its name and its immutable properties, retained on deletion, and marked in its metadata.
The ordinary update that follows gives the resource the properties and the deletion policy of the template. The mark
is removed by that update, because CloudFormation changes a deletion policy only along with something else. After an
interruption in between, the next deployment makes the same update.
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
    """Imports the conflicting resources of a stack that were chosen for it; returns the step and the stack's state
    afterwards, unchanged if there are none. ``before`` is its state now, None if there is no stack yet.

    DeployError if the import fails."""
    chosen = [conflict for conflict in plan.conflicts if conflict.stack == step.stack.key and conflict.imported]
    if not any(conflict.resolution for conflict in chosen):
        return step, before  # what CloudFormation imports automatically needs no change set of its own
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
    """Restores the deleted secrets that were chosen for that."""
    for conflict in plan.conflicts:
        if "restore" in conflict.resolution:
            ports.secrets.restore(conflict.name)


def _identifiers(chosen: Sequence[Conflict]) -> dict[str, tuple[str, dict[str, str]]]:
    return {
        conflict.logical_id: (conflict.type, {NAMED_TYPES[conflict.type].identifier: conflict.identifier})
        for conflict in chosen
    }


def _template(step: Step, before: StackState | None, chosen: Sequence[Conflict], ports: Ports) -> dict[str, Any]:
    """The deployed template with the resources to import."""
    template = json.loads(ports.stacks.template(step.stack.name) or "{}") if before is not None else {}
    declared = step.stack.template["Resources"]
    imported = {conflict.logical_id: import_definition(declared[conflict.logical_id]) for conflict in chosen}
    return {**template, "Resources": {**template.get("Resources", {}), **imported}}
