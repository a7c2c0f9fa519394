"""The rows of users."""

from __future__ import annotations

from datetime import datetime

from handlers.common.dynamodb import ConditionFailed, Table
from handlers.kefir.data.items import Item, key_attributes, user_key
from handlers.kefir.data.timestamps import iso

# Set on rows of users all of whose batches have an entry in the list.
ENTRIES = "batchesListed"


def list_is_complete(table: Table, user_id: str) -> None:
    """Notes that all batches of a user have an entry in the list."""
    table.update(user_key(user_id), f"SET {ENTRIES} = :yes", {"yes": True}, "attribute_exists(PK)")


def ensure_user(table: Table, user_id: str, email: str, now: datetime) -> Item:
    """The user's row, created if it is missing. A row created without an address ("") gets it from the first call
    that has one."""
    key = user_key(user_id)
    found = table.get(key)
    if found is not None and (found.get("email") or not email):
        return found
    row = found or {**key_attributes(key), "userId": user_id, "createdAt": iso(now), ENTRIES: True}
    row |= {"updatedAt": iso(now), **({"email": email} if email else {})}
    try:
        table.put(row, "attribute_not_exists(email)" if found else "attribute_not_exists(PK)")
    except ConditionFailed as failed:
        return failed.item or row
    return row
