"""The user who makes a request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from handlers.common.dynamodb import ConditionFailed, Table
from handlers.common.web.errors import ApiError
from handlers.common.web.request import Request
from handlers.kefir.shared.items import Item, keyed, user_key
from handlers.kefir.shared.moments import stamp


@dataclass(frozen=True, slots=True)
class Caller:
    """A user by the token's claims; ``email`` is "" for an access token, which does not have it."""

    id: str
    email: str


ANONYMOUS = Caller("", "")


def identify(request: Request, offline: bool) -> Caller:
    """The caller. Raises `ApiError` 401 if the gateway let a token without a subject through."""
    if offline:
        sent = request.header("x-user-id")
        return Caller(sent, f"{sent}@example.com") if sent else Caller("test-user-1", "alice@example.com")
    claims = request.claims
    if not claims.get("sub"):
        raise ApiError(401, "UNAUTHORIZED", "Unauthorized")
    return Caller(claims["sub"], claims.get("email", ""))


def ensure_user(table: Table, caller: Caller, now: datetime) -> Item:
    """The user's row, created if it is missing. A row created from a token without an address gets it from the first
    token that has one."""
    key = user_key(caller.id)
    found = table.get(key)
    if found is not None and (found.get("email") or not caller.email):
        return found
    row = found or {**keyed(table, key), "userId": caller.id, "createdAt": stamp(now)}
    row |= {"updatedAt": stamp(now), **({"email": caller.email} if caller.email else {})}
    try:
        table.put(row, "attribute_not_exists(email)" if found else "attribute_not_exists(PK)")
    except ConditionFailed as failed:
        return failed.item or row
    return row
