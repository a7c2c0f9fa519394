"""What does a change of templates cost in a month, and which property moves it?"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pkgops.build.synth import SynthesizedStack
from pkgops.cost.book import PriceBook
from pkgops.cost.estimate import ZERO, Charge, Estimate, Stacks, estimate
from pkgops.cost.usage import Usage
from pkgops.plan.plan import Plan
from pkgops.plan.step import CREATING, Action, Step
from pkgops.ports.ports import Ports

if TYPE_CHECKING:
    from pkgops.ports.stacks import ResourceChange

_FREE_CHANGES = ("Code", "Environment", "Description", "Tags")  # of functions, at every deployment


@dataclass(frozen=True, slots=True)
class Move:
    """A resource whose cost changes: US dollars a month before and after, None where they are not known, for
    ``price``, a key of the book. ``cause`` is "added", "removed" or the property that moves it."""

    stack: str
    resource: str
    price: str
    fixed: bool
    before: Decimal | None
    after: Decimal | None
    cause: str

    @property
    def change(self) -> Decimal:
        """The difference, as far as it is known."""
        return (self.after or ZERO) - (self.before or ZERO)


@dataclass(frozen=True, slots=True)
class Difference:
    """Two estimates, of what is deployed and of what would be; ``moves`` with the largest first."""

    before: Estimate
    after: Estimate
    moves: tuple[Move, ...]

    @property
    def fixed(self) -> Decimal:
        """What is paid more without any use."""
        return self.after.fixed - self.before.fixed

    @property
    def used(self) -> Decimal:
        """What the assumed use costs more."""
        return self.after.used - self.before.used


def difference(before: Stacks, after: Stacks, book: PriceBook, usage: Usage) -> Difference:
    """Compares what two versions of a system's stacks cost."""
    first, second = estimate(before, book, usage), estimate(after, book, usage)
    old, new = _charges(first), _charges(second)
    there = [{name for stack, name, _, _ in rows} for rows in (old, new)]
    moves = []
    for key in sorted({*old, *new}):
        was, will = old.get(key), new.get(key)
        if _same(was, will):
            continue
        cause = "added" if key[1] not in there[0] else "removed" if key[1] not in there[1] else _cause(was, will)
        moves.append(Move(*key, was.amount if was else None, will.amount if will else None, cause))
    return Difference(first, second, tuple(sorted(moves, key=lambda move: -abs(move.change))))


def deployed(stacks: Sequence[SynthesizedStack], ports: Ports) -> Stacks:
    """(key, template) of the stacks that are deployed, as they are."""
    there = {state.name for state in ports.stacks.describe() if state.status != "REVIEW_IN_PROGRESS"}
    return [(stack.key, _template(stack.name, ports)) for stack in stacks if stack.name in there]


def planned(plan: Plan, ports: Ports, book: PriceBook, usage: Usage) -> Difference:
    """What a plan costs. The deployed template of a stack is read only if a change may cost anything."""
    steps = [step for step in plan.steps if step.action is not Action.UNCHANGED and _may_cost(step)]
    before = [(step.stack.key, {} if step.action in CREATING else _template(step.stack.name, ports)) for step in steps]
    return difference(before, [(step.stack.key, step.stack.template) for step in steps], book, usage)


def _may_cost(step: Step) -> bool:
    return not step.changes or any(_costs(change) for change in step.changes)


def _costs(change: ResourceChange) -> bool:
    harmless = bool(change.properties) and all(name.startswith(_FREE_CHANGES) for name in change.properties)
    return change.action != "Modify" or not (harmless or change.unchanged_by)


def _template(name: str, ports: Ports) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(ports.stacks.template(name) or "{}")
    return found


def _charges(found: Estimate) -> dict[tuple[str, str, str, bool], Charge]:
    rows: dict[tuple[str, str, str, bool], Charge] = {}
    for row in found.rows:
        for charge in row.charges:
            rows[row.stack, charge.item.resource, row.key, row.fixed] = charge
    return rows


def _same(was: Charge | None, will: Charge | None) -> bool:
    """Whether a charge stays what it is: its units, or what they would be multiplied by."""
    if was is None or will is None:
        return False
    return (was.quantity, was.item.quantity) == (will.quantity, will.item.quantity)


def _cause(was: Charge | None, will: Charge | None) -> str:
    known = will or was
    return known.item.cause if known else ""
