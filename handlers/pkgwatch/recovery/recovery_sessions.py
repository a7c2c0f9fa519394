"""Recoveries under way: an item of the account each, ``RECOVERY_<session id>``."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from handlers.common.dynamodb import Key, Table
from handlers.common.timestamps import iso
from handlers.common.web.errors import ApiError
from handlers.pkgwatch.accounts import tokens
from handlers.pkgwatch.accounts.tokens import new_token

LIFE = timedelta(hours=4)
# Sort keys of recoveries, and of the changes of address they ask for.
PREFIXES = ("RECOVERY_", "EMAIL_CHANGE_")
# How a recovery was verified.
BY_CODE = "recovery_code"
BY_API_KEY = "api_key"


def begin(keys: Table, owner: str | None, email: str, now: datetime) -> str:
    """Starts a recovery of the account ``owner``; its session id. That of an address without an account (None) is
    written, too, in a partition of its own: what follows takes as long and answers the same, and no proof fits it."""
    session_id = new_token()
    item = {
        "pk": owner or f"no-account#{session_id}",
        "sk": f"RECOVERY_{session_id}",
        **({"email": email} if owner else {}),
        "recovery_session_id": session_id,
        "verified": False,
        "verify_attempts": 0,
        "created_at": iso(now),
        "ttl": int((now + LIFE).timestamp()),
    }
    keys.put(item, "attribute_not_exists(pk)")
    return session_id


def by_id(keys: Table, session_id: str, now: datetime) -> dict[str, Any]:
    """A recovery as it is now. Raises 400 ``invalid_session`` or ``session_expired``."""
    return _current(keys, "recovery_session_id", session_id, now, "invalid_session")


def by_token(keys: Table, token: str, now: datetime) -> dict[str, Any]:
    """The recovery a token was given for. Raises 400 ``invalid_token`` or ``session_expired``."""
    return _current(keys, "recovery_token", token, now, "invalid_token")


def key_of(item: dict[str, Any]) -> Key:
    """The key of an item."""
    return item["pk"], item["sk"]


def _current(keys: Table, attribute: str, value: str, now: datetime, unknown: str) -> dict[str, Any]:
    found = tokens.find(keys, attribute, value)
    item = keys.get(key_of(found), consistent=True) if found else None
    if item is None or item.get(attribute) != value:
        raise ApiError(400, unknown, "This recovery is not known. Start again.")
    if item.get("ttl", 0) <= now.timestamp():
        raise ApiError(400, "session_expired", "This recovery took too long. Start again.")
    return item
