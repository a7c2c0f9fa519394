"""Does the account have the concurrency that a deployment reserves for functions, and lets queues take?

Lambda keeps 100 concurrent executions for functions without a reservation, and all of them in an account that has
fewer: a new one has 10. What queues may invoke at once is no reservation, and nothing refuses it, but it may leave
nothing for an API. The account is asked only if one of the two changes. Before there are change sets the templates
alone are compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pkgops.errors import AccessError
from pkgops.events import Emit, Note
from pkgops.plan.plan import Plan
from pkgops.plan.refusal import Refusal
from pkgops.plan.step import CREATING, Step
from pkgops.ports.ports import Ports

_KEPT = 100
_FUNCTION, _RESERVED = "AWS::Lambda::Function", "ReservedConcurrentExecutions"
_MAPPING, _SCALING = "AWS::Lambda::EventSourceMapping", "ScalingConfig"
_REMEDY = "Lower the reservations, or ask AWS to raise the account's limit (Service Quotas, Lambda)."


def concurrency_refusals(
    plan: Plan, readers: Mapping[str, Callable[[], Mapping[str, Any]]], ports: Ports, emit: Emit
) -> Iterator[Refusal]:
    """A refusal for the function with the largest reservation if all that are new are too many together."""
    more = [
        (wanted - had, wanted, step.stack.key, logical_id)
        for step in plan.steps
        for logical_id, had, wanted in _reservations(step, readers[step.stack.key])
    ]
    added = sum(difference for difference, *_ in more)
    queues = _at_once(plan, readers)
    if added <= 0 and not queues:
        return
    try:
        account = ports.functions.concurrency()
    except AccessError as error:
        emit(Note(f"Whether the account has the concurrency to reserve is not known: {error.message}", "warning"))
        return
    if queues >= account.unreserved - added:
        emit(Note(_starving(queues, account.limit), "warning"))
    kept = min(_KEPT, account.limit)
    if added > 0 and account.unreserved - added < kept:
        _, wanted, stack, logical_id = max(more)
        text = (
            f"reserves {wanted} concurrent executions, this deployment {added} more than before; of the account's "
            f"{account.limit}, {account.unreserved} are not reserved, and {kept} have to stay so"
        )
        yield Refusal(stack, logical_id, text, _REMEDY)


def _reservations(step: Step, read: Callable[[], Mapping[str, Any]]) -> Iterator[tuple[str, int, int]]:
    """Functions whose reservation changes: logical id, before, after."""
    for logical_id, resource in step.stack.template.get("Resources", {}).items():
        if resource["Type"] != _FUNCTION or not _may_change(step, logical_id):
            continue
        wanted = _reserved(resource)
        had = 0 if step.action in CREATING else _reserved(read().get("Resources", {}).get(logical_id, {}))
        if wanted != had:
            yield logical_id, had, wanted


def _at_once(plan: Plan, readers: Mapping[str, Callable[[], Mapping[str, Any]]]) -> int:
    """How many invocations all queues of the system may have at once; 0 if that does not grow."""
    wanted = had = 0
    for step in plan.steps:
        mappings = {
            key: one for key, one in step.stack.template.get("Resources", {}).items() if one["Type"] == _MAPPING
        }
        wanted += sum(map(_maximum, mappings.values()))
        before: Mapping[str, Any] = {}
        if step.action not in CREATING and any(_may_change(step, key, _SCALING) for key in mappings):
            before = readers[step.stack.key]().get("Resources", {})
        had += sum(_maximum(one) for one in before.values() if one["Type"] == _MAPPING)
        if step.action not in CREATING and not before:
            had += sum(map(_maximum, mappings.values()))
    return wanted if wanted > had else 0


def _maximum(mapping: Mapping[str, Any]) -> int:
    value = mapping.get("Properties", {}).get(_SCALING, {}).get("MaximumConcurrency", 0)
    return value if isinstance(value, int) else 0


def _starving(queues: int, limit: int) -> str:
    return (
        f"Queues may have {queues} invocations at once, and the account allows {limit} in all: while they work, "
        "other functions are throttled. Lower the maximum, or ask AWS for more (Service Quotas, Lambda)."
    )


def _may_change(step: Step, logical_id: str, name: str = _RESERVED) -> bool:
    """False if the change set shows that this property of the resource stays as it is."""
    if not step.change_set:
        return True
    rows = [row for row in step.changes if row.logical_id == logical_id]
    return any(row.action == "Add" or name in row.properties for row in rows)


def _reserved(resource: Mapping[str, Any]) -> int:
    """0 for none, and for one that is known only during the update."""
    value = resource.get("Properties", {}).get(_RESERVED, 0)
    return value if isinstance(value, int) else 0
