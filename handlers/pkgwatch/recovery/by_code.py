"""What is the answer to POST /recovery/verify-code?"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from handlers.common.dynamodb import ConditionFailed, Table
from handlers.common.timestamps import iso
from handlers.common.transactions import Cancelled, transact, update
from handlers.common.web.body import parse
from handlers.common.web.errors import ApiError
from handlers.common.web.request import Request
from handlers.common.web.response import Response, json_response
from handlers.pkgwatch.accounts import users
from handlers.pkgwatch.accounts.api_keys import USER_META
from handlers.pkgwatch.recovery import recovery_sessions
from handlers.pkgwatch.recovery.recovery_codes import matches, normalised
from handlers.pkgwatch.runtime.settings import settings
from handlers.pkgwatch.web.constant_time import at_least

METHOD = "recovery_code"
FAILURES = 5  # a recovery


class ByCodeBody(msgspec.Struct):
    """What is asked."""

    recovery_session_id: str = ""
    recovery_code: str = ""


def answer(request: Request, keys: Table, now: datetime) -> Response:
    """Uses up one of the account's recovery codes for a token that may change its address."""
    body = parse(request, ByCodeBody, recovery_session_id="missing_session", recovery_code="missing_code")
    session_id, typed = body.recovery_session_id.strip(), body.recovery_code.strip()
    if not session_id:
        raise ApiError(400, "missing_session", "Send the recovery_session_id.")
    if not typed:
        raise ApiError(400, "missing_code", "Send a recovery code of the account.")
    code = normalised(typed)
    if code is None:
        raise ApiError(400, "invalid_code_format", "A recovery code looks like 0123-4567-89AB-CDEF.")
    with at_least(settings().response_floor_seconds):
        return _verify(keys, recovery_sessions.by_id(keys, session_id, now), code, now)


def _verify(keys: Table, recovery: dict[str, Any], code: str, now: datetime) -> Response:
    kept: Sequence[str] = (users.meta(keys, recovery["pk"]) or {}).get("recovery_codes_hash") or ()
    if not kept:
        raise ApiError(400, "no_recovery_codes", "The account has no recovery codes.")
    _count_attempt(keys, recovery)
    at = next((number for number, one in enumerate(kept) if matches(code, one)), None)
    if at is None:
        raise ApiError(400, "invalid_code", "This is not one of the account's recovery codes.")
    token = use_up(keys, recovery, at, kept[at], now)
    message = "The code was right, and is used up. Choose a new e-mail address."
    return json_response(200, {"recovery_token": token, "codes_remaining": len(kept) - 1, "message": message})


def _count_attempt(keys: Table, recovery: dict[str, Any]) -> None:
    """Before the code is looked at: many guesses at once must not be more than many in a row."""
    try:
        keys.update(
            recovery_sessions.key_of(recovery),
            "ADD verify_attempts :one",
            {"one": 1, "most": FAILURES},
            "attribute_exists(pk) AND (attribute_not_exists(verify_attempts) OR verify_attempts < :most)",
        )
    except ConditionFailed as failed:
        raise ApiError(429, "too_many_attempts", "Too many wrong codes. Start again.") from failed


def use_up(keys: Table, recovery: dict[str, Any], at: int, kept: str, now: datetime) -> str:
    """Removes the code that stands ``at`` a place and gives the recovery its token, both or neither. Raises 409
    ``concurrent_modification`` if another stands there now."""
    token = secrets.token_urlsafe(32)
    place = f"recovery_codes_hash[{at}]"
    writes = [
        update(keys, (recovery["pk"], USER_META), f"REMOVE {place}", {"used": kept}, f"{place} = :used"),
        update(
            keys,
            recovery_sessions.key_of(recovery),
            "SET recovery_token = :token, verified = :yes, recovery_method = :method, verified_at = :now "
            "ADD verify_attempts :less",  # it was no failure
            {"token": token, "yes": True, "method": METHOD, "now": iso(now), "less": -1},
            "attribute_exists(pk)",
        ),
    ]
    try:
        transact(keys.client, writes)
    except Cancelled as cancelled:
        keys.update(
            recovery_sessions.key_of(recovery), "ADD verify_attempts :less", {"less": -1}, "attribute_exists(pk)"
        )
        text = "The account's recovery codes have just changed. Please try again."
        raise ApiError(409, "concurrent_modification", text) from cancelled
    return token
