"""What does a resource cost for: an item a price, fixed or by use."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pkgops.intrinsics import mapping

HOURS = Decimal(730)
"""Hours in a month, as AWS counts them in its examples."""


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource of a stack's template. ``template`` is all of it."""

    stack: str
    id: str
    type: str
    properties: Mapping[str, Any]
    template: Mapping[str, Any]

    def item(self, price: str, quantity: Decimal | int = 1, cause: str = "", note: str = "") -> Item:
        """A fixed cost: so many units a month, whether the resource is used or not."""
        return Item(self.stack, self.id, price, Decimal(quantity), (), cause, note)

    def used(self, price: str, *measures: str, times: Decimal | int = 1, cause: str = "", note: str = "") -> Item:
        """A cost by use: the product of the measures, times a constant, in units of the price."""
        return Item(self.stack, self.id, price, Decimal(times), measures, cause, note)


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that a resource costs for. ``price`` is a key of the price book. Without ``measures`` ``quantity`` is
    units a month; with them it is what their product is multiplied by. ``cause`` is the property that it depends
    on, ``note`` a trap to know of."""

    stack: str
    resource: str
    price: str
    quantity: Decimal
    measures: tuple[str, ...] = ()
    cause: str = ""
    note: str = ""

    @property
    def fixed(self) -> bool:
        """Whether it costs the same however much the system is used."""
        return not self.measures


Rule = Callable[[Resource], Iterator[Item]]


def number(value: Any, default: Decimal | int) -> Decimal:
    """A number of a template, which may be written as text; the default for anything else, such as a parameter, and for
    what is negative."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return Decimal(default)
    try:
        found = Decimal(str(value))
    except ArithmeticError:
        return Decimal(default)
    return found if found.is_finite() and found >= 0 else Decimal(default)


def referred(value: Any) -> str:
    """The logical id that a Ref or GetAtt names; "" for anything else."""
    if isinstance(value, Mapping) and len(value) == 1:
        ((function, argument),) = value.items()
        if function in ("Ref", "Fn::GetAtt"):
            return str(argument[0] if isinstance(argument, list) and argument else argument).partition(".")[0]
    return ""


def others(resource: Resource, *types: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """(logical id, properties) of the resources of those types in the same template."""
    for name, body in resource.template.get("Resources", {}).items():
        if body.get("Type") in types:
            yield name, mapping(body.get("Properties"))
