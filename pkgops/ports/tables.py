"""The port to DynamoDB tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class TableShape:
    """How a table may be asked. ``keys`` are the names of its key attributes, the partition key first, ``indexes`` has
    those of each index; ``types`` are DynamoDB's letters of all these attributes (S, N, B); ``items`` is a count that
    may be hours old."""

    name: str
    keys: tuple[str, ...]
    indexes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    types: Mapping[str, str] = field(default_factory=dict)
    items: int = 0


@dataclass(frozen=True, slots=True)
class TableQuestion:
    """Items by the conditions of a key, (attribute, operator, value) each; all items without. ``index`` is "" for the
    table itself; an operator is one of = < <= > >= begins_with. At most ``most`` items are read, from where the last
    page ended (`TablePage.after`)."""

    conditions: tuple[tuple[str, str, Any], ...] = ()
    index: str = ""
    most: int = 50
    after: str = ""


@dataclass(frozen=True, slots=True)
class TablePage:
    """Some of the items; ``read`` is how many were looked at, ``after`` where the next page begins, "" at the end."""

    items: tuple[dict[str, Any], ...]
    read: int
    after: str = ""


TypedItem = Mapping[str, Any]
"""An item in DynamoDB's JSON, ``{"count": {"N": "1"}}``: nothing of it is lost, as numbers are in plain values. Bytes
are base64."""


class Tables(Protocol):
    """DynamoDB tables."""

    def keys(self, table: str) -> tuple[str, ...]:
        """The names of the table's key attributes, the partition key first. UsageError if there is no such table, here
        and in the other methods."""

    def put_if_absent(
        self,
        table: str,
        item: Mapping[str, Any],
        keys: Sequence[str],
        related: Sequence[Mapping[str, Any]] = (),
    ) -> bool:
        """Writes an item unless one with its key (the attributes ``keys``) is there; True if written.

        ``related`` are further items of the table, written with it or not at all (at most 99)."""

    def read(self, table: str, keys: Iterable[Mapping[str, Any]], attributes: Sequence[str]) -> list[dict[str, Any]]:
        """The named attributes of the items with those keys; absent items are left out."""

    def shape(self, table: str) -> TableShape:
        """The keys and indexes of a table."""

    def page(self, table: str, question: TableQuestion) -> TablePage:
        """A page of items. UsageError too for an ``after`` that is none, PkgopsError for what DynamoDB refuses."""

    def item(self, table: str, key: TypedItem) -> TypedItem | None:
        """The item with that key as it is now; None if there is none. UsageError too for what is no key."""

    def change(self, table: str, before: TypedItem | None, after: TypedItem | None) -> bool:
        """Makes ``after`` of the item ``before``, if it still is that; True if so. Nothing ``before`` creates an item
        unless there is one with its key, nothing ``after`` deletes it. An attribute that neither of them has stays.
        UsageError for what is no item, PkgopsError for what DynamoDB refuses."""
