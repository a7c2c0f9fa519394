"""The main table, and what its items have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from handlers.common.aws import client, prepare
from handlers.common.dynamodb import Table
from handlers.keyvex.shared.settings import settings

DAY = 86_400  # seconds

prepare("dynamodb")


def main_table() -> Table:
    """The table of everything Keyvex stores."""
    return Table(client("dynamodb"), settings().table, ("PK", "SK"))


def new_item(key: tuple[str, str], kind: str, now: int, attributes: Mapping[str, Any]) -> dict[str, Any]:
    """An item written for the first time ``now`` (in milliseconds); ``kind`` is its entityType. Attributes that are
    None are left out, and an empty text would not be accepted as part of an index's key."""
    return {
        "PK": key[0],
        "SK": key[1],
        "entityType": kind,
        "createdAt": now,
        "updatedAt": now,
        "version": 1,
        "metadata": {},
        **{name: value for name, value in attributes.items() if value is not None},
    }


def index_key(index: int, partition: str, sort: str) -> dict[str, str]:
    """The attributes of an item that put it into GSI1 or GSI2."""
    return {f"GSI{index}PK": partition, f"GSI{index}SK": sort}


def expiry(now: int, seconds: int) -> int:
    """``ttl`` of an item written ``now`` (in milliseconds): seconds since 1970."""
    return now // 1000 + seconds
