"""The status of a system's stacks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pkgops.errors import PkgopsError

if TYPE_CHECKING:
    from pkgops.build.synth import SynthesizedStack
    from pkgops.config import Project
    from pkgops.events import Emit
    from pkgops.operate.drift import StackDrift
    from pkgops.plan.swapped_code import SwappedFunction
    from pkgops.ports.ports import Ports
    from pkgops.ports.stacks import StackState

_TOPIC, _SUBSCRIPTION = "AWS::SNS::Topic", "AWS::SNS::Subscription"
NOT_DEPLOYED, UNKNOWN = "NOT_DEPLOYED", "UNKNOWN"

_PARALLEL = 4  # ListStackResources is throttled at a few calls a second
_FAILED_FIRST = {"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED"}


@dataclass(frozen=True, slots=True)
class StatusRow:
    """One stack. ``status`` is CloudFormation's, NOT_DEPLOYED or UNKNOWN; ``updated`` ISO-8601 or "".

    ``current`` is whether what is deployed matches the code, None if unknown; ``resources`` counts what is deployed;
    ``advice`` is what to do about the status, "" if nothing; ``drift`` is None unless it was detected. ``unconfirmed``
    are the addresses subscribed to its topics that have not confirmed it: they get no messages. ``swapped`` are
    functions that run other code than was deployed."""

    stack: str
    name: str
    status: str
    updated: str = ""
    current: bool | None = None
    resources: int = 0
    reason: str = ""
    advice: str = ""
    drift: StackDrift | None = None
    unconfirmed: tuple[str, ...] = ()
    swapped: tuple[SwappedFunction, ...] = ()


def stack_status(project: Project, stacks: Sequence[SynthesizedStack], ports: Ports) -> list[StatusRow]:
    """One row per stack, in their order. ``stacks`` should be packaged ones: ``current`` is known only then."""
    from pkgops.plan.looked_up import with_values
    from pkgops.plan.swapped_code import swapped_functions

    states = {state.name: state for state in ports.stacks.describe()}
    named = {stack.key: states.get(project.named(stack.name)) for stack in project.system.stacks}
    known = {key: state for key, state in named.items() if state is not None}
    there = [stack.name for stack in stacks if stack.name in states]
    with ThreadPoolExecutor(_PARALLEL) as pool:
        found = dict(zip(there, pool.map(lambda name: _deployed(ports, name), there), strict=True))
    rows = [
        _row(stack, states.get(stack.name), known, found.get(stack.name, _Deployed()))
        for stack in with_values(stacks, ports)
    ]
    swapped = swapped_functions(project, [stack.key for stack in stacks if stack.name in states], ports.functions)
    return [replace(row, swapped=tuple(one for one in swapped if one.swap.stack == row.stack)) for row in rows]


def unknown_status(stacks: Sequence[SynthesizedStack]) -> list[StatusRow]:
    """The rows where nothing can be asked, because the emulator does not run."""
    return [StatusRow(stack.key, stack.name, UNKNOWN) for stack in stacks]


def add_drift(rows: Sequence[StatusRow], ports: Ports, emit: Emit) -> list[StatusRow]:
    """The rows with the drift of the deployed stacks; takes minutes on AWS."""
    from pkgops.operate.drift import detect_drift

    found = detect_drift([row.name for row in rows if row.status != NOT_DEPLOYED], ports, emit)
    return [replace(row, drift=found.get(row.name)) for row in rows]


@dataclass(frozen=True, slots=True)
class _Deployed:
    """How many resources a stack has, and who has not confirmed a subscription to one of its topics."""

    resources: int = 0
    unconfirmed: tuple[str, ...] = ()


def _deployed(ports: Ports, stack: str) -> _Deployed:
    there = [resource for resource in ports.stacks.resources(stack) if resource.status != "DELETE_COMPLETE"]
    topics = [resource.physical_id for resource in there if resource.type == _TOPIC and resource.physical_id]
    waiting: list[str] = []
    if any(resource.type == _SUBSCRIPTION for resource in there):
        with suppress(PkgopsError):  # a status without this is better than none
            waiting = [address for topic in topics for address in ports.topics.unconfirmed(topic)]
    return _Deployed(len(there), tuple(dict.fromkeys(waiting)))


def _row(
    stack: SynthesizedStack,
    state: StackState | None,
    known: Mapping[str, StackState],
    found: _Deployed,
) -> StatusRow:
    if state is None or state.status == "REVIEW_IN_PROGRESS":
        deploy = f"Deploy it: pkgops deploy {stack.system}/{stack.key}"
        return StatusRow(stack.key, stack.name, NOT_DEPLOYED, advice=deploy)
    return StatusRow(
        stack=stack.key,
        name=stack.name,
        status=state.status,
        updated=state.updated,
        current=_current(stack, state, known),
        resources=found.resources,
        reason=state.reason,
        advice=" ".join(filter(None, (_advice(stack, state), _confirmations(found.unconfirmed)))),
        unconfirmed=found.unconfirmed,
    )


def _current(stack: SynthesizedStack, state: StackState, known: Mapping[str, StackState]) -> bool | None:
    """Compares the digest that a deployment stores. Templates that are not packaged have none."""
    from pkgops.build.synth import template_text
    from pkgops.plan.step import is_current, late_values, parameter_values

    if not stack.template or "asset://" in template_text(stack.template):
        return None
    outputs = {key: one.outputs for key, one in known.items()}
    parameters = parameter_values(stack, outputs, late_values(stack, known))
    return None if parameters is None else is_current(stack, parameters, state)


def _advice(stack: SynthesizedStack, state: StackState) -> str:
    """The next step for a status that needs one, else ""."""
    target = f"{stack.system}/{stack.key}"
    if state.in_progress:
        return f"An operation is in progress; watch it with: pkgops deploy {target}"
    if state.status in _FAILED_FIRST:
        return f"Its first deployment failed; see pkgops events {target} --failed, then deploy again."
    if state.status.endswith("_FAILED"):
        return f"See what failed with: pkgops events {target} --failed"
    if state.status == "UPDATE_ROLLBACK_COMPLETE":
        return f"The last update was rolled back; see pkgops events {target} --failed"
    return ""


def _confirmations(addresses: Sequence[str]) -> str:
    """What the subscribers of alarms still have to do, else ""."""
    if not addresses:
        return ""
    return f"Not confirmed, so no alarm arrives: {', '.join(addresses)}. The mail from AWS Notifications has the link."
