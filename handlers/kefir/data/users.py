"""The rows of users."""

from __future__ import annotations

from datetime import datetime

from handlers.common.dynamodb import ConditionFailed, Table
from handlers.kefir.data.items import Item, key_attributes, user_key
from handlers.kefir.data.timestamps import iso


def ensure_user(table: Table, user_id: str, email: str, now: datetime) -> Item:
    """The user's row, created if it is missing. A row created without an address ("") gets it from the first call
    that has one."""
    key = user_key(user_id)
    found = table.get(key)
    if found is not None and (found.get("email") or not email):
        return found
    row = found or {**key_attributes(key), "userId": user_id, "createdAt": iso(now)}
    row |= {"updatedAt": iso(now), **({"email": email} if email else {})}
    try:
        table.put(row, "attribute_not_exists(email)" if found else "attribute_not_exists(PK)")
    except ConditionFailed as failed:
        return failed.item or row
    return row
