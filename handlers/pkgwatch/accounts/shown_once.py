"""Secrets of a new user that are shown once, soon after signing up: the first API key and the recovery codes.

Until then each is an item of the user.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from handlers.common.dynamodb import Table
from handlers.common.timestamps import iso

API_KEY = "PENDING_DISPLAY"  # with the attribute ``api_key``
RECOVERY_CODES = "PENDING_RECOVERY_CODES"  # with the attribute ``codes``
SHOWN_FOR = timedelta(minutes=5)


def item(owner: str, sort_key: str, now: datetime, **secret: Any) -> dict[str, Any]:
    """The item that keeps a secret until it is shown."""
    expires = int((now + SHOWN_FOR).timestamp())
    return {"pk": owner, "sk": sort_key, **secret, "created_at": iso(now), "ttl": expires}


def take(keys: Table, owner: str, sort_key: str, now: datetime) -> dict[str, Any] | None:
    """Removes the item and returns it; None if it is gone or its time is over."""
    found = keys.take((owner, sort_key))
    return found if found and found.get("ttl", 0) > now.timestamp() else None
