"""Who asks?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from handlers.common.dynamodb import ConditionFailed, Table
from handlers.common.http_api import claims
from handlers.common.request import Request
from handlers.kefir.shared.errors import ApiError
from handlers.kefir.shared.items import Item, keyed, user_key
from handlers.kefir.shared.moments import stamp


@dataclass(frozen=True, slots=True)
class Caller:
    """A user as the token tells; ``email`` is "" for an access token, which does not name it."""

    id: str
    email: str


def identify(event: Mapping[str, Any], request: Request, offline: bool) -> Caller:
    """The caller. Raises `ApiError` 401 if the gateway has let somebody without a name through."""
    if offline:
        sent = request.header("x-user-id")
        return Caller(sent, f"{sent}@example.com") if sent else Caller("test-user-1", "alice@example.com")
    told = claims(event)
    if not told.get("sub"):
        raise ApiError(401, "Unauthorized")
    return Caller(told["sub"], told.get("email", ""))


def ensure(table: Table, caller: Caller, now: datetime) -> Item:
    """The user's row, made if it is missing. A row made by a token that did not name the address learns it from the
    first that does."""
    key = user_key(caller.id)
    found = table.get(key)
    if found is not None and (found.get("email") or not caller.email):
        return found
    made = found or {**keyed(table, key), "userId": caller.id, "createdAt": stamp(now)}
    made |= {"updatedAt": stamp(now), **({"email": caller.email} if caller.email else {})}
    try:
        table.put(made, "attribute_not_exists(email)" if found else "attribute_not_exists(PK)")
    except ConditionFailed as failed:
        return failed.item or made
    return made
