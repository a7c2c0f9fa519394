"""The port to DynamoDB tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol


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
