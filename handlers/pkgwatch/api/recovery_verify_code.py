"""POST /recovery/verify-code: exchanges a recovery code for a token that may change the account's address."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from handlers.common.dynamodb import ConditionFailed, Table
from handlers.common.timestamps import iso
from handlers.common.transactions import Cancelled, transact, update
from handlers.common.web.body import parse
from handlers.common.web.errors import ApiError
from handlers.common.web.response import Response, json_response
from handlers.common.web.serve import Call, Routes, serve
from handlers.pkgwatch.accounts import users
from handlers.pkgwatch.accounts.api_keys import USER_META
from handlers.pkgwatch.accounts.tokens import new_token
from handlers.pkgwatch.recovery import recovery_sessions
from handlers.pkgwatch.recovery.recovery_codes import index_of, normalized
from handlers.pkgwatch.recovery.recovery_sessions import BY_CODE
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.runtime.settings import settings
from handlers.pkgwatch.web.api import API
from handlers.pkgwatch.web.constant_time import at_least
from handlers.pkgwatch.web.fields import required

FAILURES = 5  # wrong codes a recovery


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Serves ``ROUTES``."""
    return serve(event, context, ROUTES, API)


class VerifyCodeBody(msgspec.Struct):
    """The request's body."""

    recovery_session_id: str = ""
    recovery_code: str = ""


def answer(call: Call) -> Response:
    """Uses up the code. An account without codes, and an address without an account, have one answer and take as long:
    that of a wrong code."""
    body = parse(call.request, VerifyCodeBody, recovery_session_id="missing_session", recovery_code="missing_code")
    session_id = required(body.recovery_session_id, "missing_session", "Send the recovery_session_id.")
    code = normalized(required(body.recovery_code, "missing_code", "Send a recovery code of the account."))
    if code is None:
        raise ApiError(400, "invalid_code_format", "A recovery code looks like 0123-4567-89AB-CDEF.")
    with at_least(settings().response_floor_seconds):
        keys = tables.api_keys()
        return _verify(keys, recovery_sessions.by_id(keys, session_id, call.now), code, call.now)


def _verify(keys: Table, recovery: dict[str, Any], code: str, now: datetime) -> Response:
    stored_codes: Sequence[str] = (users.read_user_record(keys, recovery["pk"]) or {}).get("recovery_codes_hash") or ()
    _count_attempt(keys, recovery)
    at = index_of(code, stored_codes)
    if at is None:
        raise ApiError(400, "invalid_code", "This is not one of the account's recovery codes.")
    token = use_up_code(keys, recovery, at, stored_codes[at], now)
    message = "The code was right, and is used up. Choose a new e-mail address."
    return json_response(200, {"recovery_token": token, "codes_remaining": len(stored_codes) - 1, "message": message})


def _count_attempt(keys: Table, recovery: dict[str, Any]) -> None:
    """Before the code is checked, so that many guesses at once are no more than as many in a row."""
    try:
        keys.update(
            recovery_sessions.key_of(recovery),
            "ADD verify_attempts :one",
            {"one": 1, "most": FAILURES},
            "attribute_exists(pk) AND (attribute_not_exists(verify_attempts) OR verify_attempts < :most)",
        )
    except ConditionFailed as failed:
        raise ApiError(429, "too_many_attempts", "Too many wrong codes. Start again.") from failed


def use_up_code(keys: Table, recovery: dict[str, Any], at: int, stored_code: str, now: datetime) -> str:
    """Removes the code at index ``at`` and gives the recovery its token, both or neither. Raises 409
    ``concurrent_modification`` if another code is at that index now."""
    token = new_token()
    place = f"recovery_codes_hash[{at}]"
    writes = [
        update(keys, (recovery["pk"], USER_META), f"REMOVE {place}", {"used": stored_code}, f"{place} = :used"),
        update(
            keys,
            recovery_sessions.key_of(recovery),
            "SET recovery_token = :token, verified = :yes, recovery_method = :method, verified_at = :now "
            "ADD verify_attempts :less",  # it was no failure
            {"token": token, "yes": True, "method": BY_CODE, "now": iso(now), "less": -1},
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


ROUTES: Routes[Call] = {"POST /recovery/verify-code": answer}
