"""Keys of the table's items, and the attributes of an item that clients see."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from handlers.common.dynamodb import Key, Table

INDEX = "GSI1"
# Partitions of the index.
DUE = "REMINDER#DUE"
RECEIPTS = "RECEIPT#PENDING"

BATCHES, DEVICES, EVENTS, REMINDERS = "BATCH#", "DEVICE#", "EVENT#", "REMINDER#"
LISTED = "CREATED#"  # entries of a user's list of batches

_INTERNAL = {"PK", "SK", "GSI1PK", "GSI1SK", "TTL"}
# What a QR code can hold, and far shorter than the longest key.
_ID = re.compile(r"[A-Za-z0-9-]{1,100}")

Item = dict[str, Any]


def user_partition(user_id: str) -> str:
    """The partition of everything that belongs to a user."""
    return f"USER#{user_id}"


def user_key(user_id: str) -> Key:
    """The key of the user's own row."""
    return (user_partition(user_id), user_partition(user_id))


def owned_key(user_id: str, kind: str, name: str) -> Key:
    """The key of something that belongs to a user: a batch, a reminder, a device."""
    return (user_partition(user_id), kind + name)


def is_id(text: str | None) -> bool:
    """Whether a text has the form of an id."""
    return bool(_ID.fullmatch(text or ""))


def key_attributes(key: Key) -> Item:
    """A key as attributes of its item."""
    return {"PK": key[0], "SK": key[1]}


def items_below(table: Table, partition: str, prefix: str, descending: bool = False) -> Iterator[Item]:
    """All items of a partition whose sort key begins with ``prefix``, in the order of that key."""
    where = "PK = :pk AND begins_with(SK, :prefix)"
    return table.pages("", where, {"pk": partition, "prefix": prefix}, descending=descending)


def public_attributes(item: Mapping[str, Any]) -> Item:
    """An item without its keys and without the attributes DynamoDB uses itself."""
    return {name: value for name, value in item.items() if name not in _INTERNAL}


def set_expression(values: Mapping[str, Any]) -> str:
    """The update expression that sets each attribute of ``values``."""
    return "SET " + ", ".join(f"#{name} = :{name}" for name in values)
