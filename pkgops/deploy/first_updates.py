"""The updates of a stack that come before the planned one, because DynamoDB changes one index of a table in each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pkgops.deploy.report import SUCCEEDED
from pkgops.deploy.watcher import Watcher
from pkgops.events import Emit, Note, StackChanged
from pkgops.plan.change_set import create_first_update
from pkgops.plan.step import Step
from pkgops.plan.table_indexes import in_steps
from pkgops.ports.ports import Ports
from pkgops.ports.stacks import StackState


def first_updates(step: Step, before: StackState, ports: Ports, watcher: Watcher, emit: Emit) -> StackState | None:
    """Carries them out, none if there are none; the state of the stack after them, or after the first that failed."""
    state: StackState | None = before
    templates = in_steps(json.loads(ports.stacks.template(before.name) or "{}"), step.stack.template)
    for number, template in enumerate(templates, 1):
        emit(Note(f"{before.name}: update {number} of {len(templates) + 1}; a table changes one index in each."))
        state = _update(state or before, template, ports, watcher, emit)
        if state is None or state.status not in SUCCEEDED:
            break
    return state


def _update(
    before: StackState, template: Mapping[str, Any], ports: Ports, watcher: Watcher, emit: Emit
) -> StackState | None:
    made = create_first_update(before, template, ports)
    emit(StackChanged(before.name, "UPDATE_IN_PROGRESS"))
    ports.stacks.execute(made.id)
    return watcher.wait(before.name, before, len(made.changes))
