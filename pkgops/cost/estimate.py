"""What does a system cost in a month? Fixed costs and costs by use, a row for each stack and price."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pkgops.cost.book import Price, PriceBook
from pkgops.cost.facts.items import Item
from pkgops.cost.facts.registry import items, unpriced
from pkgops.cost.usage import NONE, Usage

ZERO = Decimal(0)
Stacks = Sequence[tuple[str, Mapping[str, Any]]]
"""(key, template) of each stack."""


@dataclass(frozen=True, slots=True)
class Charge:
    """What one resource costs for one thing. ``quantity`` and ``amount`` are None without an assumption, ``amount``
    also without a price in the book."""

    item: Item
    quantity: Decimal | None
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class Row:
    """The charges of a stack for one price. ``price`` is None if the book has none for ``key``. ``assumed`` are the
    measures it depends on, with their numbers; ``missing`` those without one."""

    stack: str
    key: str
    price: Price | None
    charges: tuple[Charge, ...]
    fixed: bool
    assumed: tuple[tuple[str, Decimal], ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def amount(self) -> Decimal | None:
        """US dollars a month; None if that is not known."""
        known = [charge.amount for charge in self.charges if charge.amount is not None]
        return sum(known, ZERO) if len(known) == len(self.charges) else None

    @property
    def quantity(self) -> Decimal | None:
        """Units a month; None if that is not known."""
        known = [charge.quantity for charge in self.charges if charge.quantity is not None]
        return sum(known, ZERO) if len(known) == len(self.charges) else None


@dataclass(frozen=True, slots=True)
class Allowance:
    """A free tier that was applied: so many units of a price, and what they would have cost."""

    price: Price
    units: Decimal
    saved: Decimal


@dataclass(frozen=True, slots=True)
class Estimate:
    """The monthly cost of a system. ``not_priced`` counts resources of types without prices, ``notes`` are traps.
    ``allowances`` are the free tiers that were applied, none unless asked for."""

    rows: tuple[Row, ...]
    usage: Usage
    book: PriceBook
    not_priced: Mapping[str, int]
    notes: tuple[str, ...] = ()
    allowances: tuple[Allowance, ...] = ()

    @property
    def fixed(self) -> Decimal:
        """What is paid without any use, as far as it is known."""
        return sum((row.amount for row in self.rows if row.fixed and row.amount is not None), ZERO)

    @property
    def used(self) -> Decimal:
        """What the assumed use costs, as far as it is known."""
        return sum((row.amount for row in self.rows if not row.fixed and row.amount is not None), ZERO)

    @property
    def open(self) -> int:
        """How many rows have no amount, because an assumption or a price is missing."""
        return sum(row.amount is None for row in self.rows)


def estimate(stacks: Stacks, book: PriceBook, usage: Usage = NONE, *, free_tier: bool = False) -> Estimate:
    """The monthly cost of stacks. Tiers and free tiers apply to the whole system, and each row has its part of them."""
    found = items(stacks)
    sharing = _sharing(found)
    quantities = [(item, _quantity(item, sharing, usage)) for item in found]
    totals: dict[str, Decimal] = {}
    for item, quantity in quantities:
        totals[item.price] = totals.get(item.price, ZERO) + (quantity or ZERO)
    charged = {key: _charged(book.prices[key], total, free_tier) for key, total in totals.items() if key in book.prices}
    charges: dict[tuple[str, str, bool], list[Charge]] = {}
    for item, quantity in quantities:
        row = charges.setdefault((item.stack, item.price, item.fixed), [])
        row.append(Charge(item, quantity, _part(quantity, totals[item.price], charged.get(item.price))))
    rows = tuple(_row(*key, charges[key], book, usage) for key in sorted(charges))
    allowances = [_allowance(book.prices[key], totals[key]) for key in sorted(charged)] if free_tier else []
    return Estimate(rows, usage, book, unpriced(stacks), _notes(found), tuple(one for one in allowances if one.units))


def _notes(found: Sequence[Item]) -> tuple[str, ...]:
    """The traps, each with the resources that are in it."""
    resources: dict[str, list[str]] = {}
    for item in found:
        if item.note:
            resources.setdefault(item.note, []).append(item.resource)
    return tuple(f"{note} ({_listed(names)})." for note, names in resources.items())


def _listed(names: Sequence[str]) -> str:
    few = ", ".join(names[:3])
    return few if len(names) <= 3 else f"{few} and {len(names) - 3} more"


def _quantity(item: Item, sharing: Mapping[str, Sequence[str]], usage: Usage) -> Decimal | None:
    """Units a month of an item; None without an assumption."""
    quantity = item.quantity
    for measure in item.measures:
        value = usage.of(measure, item.resource, sharing[measure])
        if value is None:
            return None
        quantity *= value
    return quantity


def _sharing(found: Sequence[Item]) -> dict[str, list[str]]:
    """The logical ids of the resources that have each measure; two stacks may have the same."""
    keys: dict[str, dict[tuple[str, str], None]] = {}
    for item in found:
        for measure in item.measures:
            keys.setdefault(measure, {})[item.stack, item.resource] = None
    return {measure: [name for _, name in rows] for measure, rows in keys.items()}


def _charged(price: Price, total: Decimal, free_tier: bool) -> Decimal:
    return price.cost(max(total - price.free, ZERO) if free_tier else total)


def _part(quantity: Decimal | None, total: Decimal, charged: Decimal | None) -> Decimal | None:
    if quantity is None or charged is None:
        return None
    return charged * quantity / total if total else ZERO


def _row(stack: str, key: str, fixed: bool, charges: list[Charge], book: PriceBook, usage: Usage) -> Row:
    measures = dict.fromkeys(measure for charge in charges for measure in charge.item.measures)
    assumed = tuple((name, usage.values[name]) for name in measures if name in usage.values)
    missing = tuple(name for name in measures if name not in usage.values) if _unknown(charges) else ()
    return Row(stack, key, book.prices.get(key), tuple(charges), fixed, assumed, missing)


def _unknown(charges: list[Charge]) -> bool:
    return any(charge.quantity is None for charge in charges)


def _allowance(price: Price, total: Decimal) -> Allowance:
    units = min(price.free, total)
    return Allowance(price, units, price.cost(total) - price.cost(total - units))
