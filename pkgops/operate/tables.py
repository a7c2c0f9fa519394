"""The tables of a system, and their items by key and index."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from pkgops.build.synth import SynthesizedStack, resources
from pkgops.errors import UsageError, unknown
from pkgops.ports.tables import TablePage, TableQuestion, TableShape

if TYPE_CHECKING:
    from pkgops.ports.tables import Tables

_TYPE = "AWS::DynamoDB::Table"
CONDITIONS = ("=", "begins_with", "<", "<=", ">", ">=")
"""What may be asked of a sort key."""

_PAGE = 50


@dataclass(frozen=True, slots=True)
class Table:
    """A table as its template defines it."""

    stack: str
    name: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody typed: values of the keys of ``index`` ("" is the table itself); all items where there is none for
    the partition key. ``after`` is where the last page ended."""

    index: str = ""
    partition: str = ""
    condition: str = "="
    sort: str = ""
    after: str = ""


def declared_tables(stacks: Iterable[SynthesizedStack]) -> list[Table]:
    """The tables of those stacks in template order; only those with a literal name."""
    return [
        Table(stack.key, resource["Properties"]["TableName"])
        for stack in stacks
        for _, resource in resources(stack.template, _TYPE)
        if isinstance(resource.get("Properties", {}).get("TableName"), str)
    ]


def read_page(port: Tables, shape: TableShape, asked: Asked) -> TablePage:
    """A page of items. UsageError for an index there is not, and for a value that is none of its key's type."""
    if asked.index and asked.index not in shape.indexes:
        raise unknown("index", asked.index, shape.indexes)
    keys = shape.indexes[asked.index] if asked.index else shape.keys
    return port.page(shape.name, TableQuestion(_conditions(shape, keys, asked), asked.index, _PAGE, asked.after))


def _conditions(shape: TableShape, keys: Sequence[str], asked: Asked) -> tuple[tuple[str, str, Any], ...]:
    if not asked.partition:
        if asked.sort:
            raise UsageError(f"A value for {keys[0]} is missing.", "Items are found by it first.")
        return ()
    found = [(keys[0], "=", _value(shape, keys[0], asked.partition))]
    if asked.sort:
        if len(keys) < 2:
            raise UsageError(f"{asked.index or shape.name} has no sort key.", "Leave its value out.")
        if asked.condition not in CONDITIONS:
            raise unknown("condition", asked.condition, CONDITIONS)
        found.append((keys[1], asked.condition, _value(shape, keys[1], asked.sort)))
    return tuple(found)


def _value(shape: TableShape, name: str, text: str) -> Any:
    kind = shape.types.get(name, "S")
    if kind == "S":
        return text
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if kind != "N" or not number.is_finite():
        word = "a number" if kind == "N" else "bytes, which cannot be typed"
        raise UsageError(f"{name} is {word}.", "Choose another index, or correct the value.")
    return number
