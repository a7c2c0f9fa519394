"""Does the account have the concurrency that a deployment reserves for functions?

Lambda keeps 100 concurrent executions for functions without a reservation, and all of them in an account that has
fewer: a new one has 10. It is asked only if a reservation changes. Before there are change sets the templates alone
are compared.
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
    if added <= 0:
        return
    try:
        account = ports.functions.concurrency()
    except AccessError as error:
        emit(Note(f"Whether the account has the concurrency to reserve is not known: {error.message}", "warning"))
        return
    kept = min(_KEPT, account.limit)
    if account.unreserved - added < kept:
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


def _may_change(step: Step, logical_id: str) -> bool:
    """False if the change set shows that the function's reservation stays as it is."""
    if not step.change_set:
        return True
    rows = [row for row in step.changes if row.logical_id == logical_id]
    return any(row.action == "Add" or _RESERVED in row.properties for row in rows)


def _reserved(resource: Mapping[str, Any]) -> int:
    """0 for none, and for one that is known only during the update."""
    value = resource.get("Properties", {}).get(_RESERVED, 0)
    return value if isinstance(value, int) else 0
