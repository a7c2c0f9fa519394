"""Under which keys does everything lie, and what of an item is shown?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from handlers.common.dynamodb import Key, Table

INDEX = "GSI1"
DUE = "REMINDER#DUE"
RECEIPTS = "RECEIPT#PENDING"

BATCHES, DEVICES, EVENTS, REMINDERS = "BATCH#", "DEVICE#", "EVENT#", "REMINDER#"

_HIDDEN = {"PK", "SK", "GSI1PK", "GSI1SK", "TTL"}
# What a QR code can hold, and far below what a key can.
_ID = re.compile(r"[A-Za-z0-9-]{1,100}")

Item = dict[str, Any]


def user_key(user_id: str) -> Key:
    """The user's own row."""
    return (f"USER#{user_id}", f"USER#{user_id}")


def owned_key(user_id: str, kind: str, name: str) -> Key:
    """Something that belongs to a user: a batch, a reminder, a device."""
    return (f"USER#{user_id}", kind + name)


def is_id(text: str | None) -> bool:
    """Whether there may be something of that id at all."""
    return bool(_ID.fullmatch(text or ""))


def keyed(table: Table, key: Key) -> Item:
    """The key as the item's attributes."""
    return dict(zip(table.keys, key, strict=True))


def below(table: Table, partition: str, prefix: str, descending: bool = False) -> Iterator[Item]:
    """All items of a partition whose range key begins with ``prefix``, by that key."""
    where = "PK = :pk AND begins_with(SK, :prefix)"
    return table.pages("", where, {"pk": partition, "prefix": prefix}, descending=descending)


def shown(item: Mapping[str, Any]) -> Item:
    """An item without the attributes it is only found by."""
    return {name: value for name, value in item.items() if name not in _HIDDEN}
