"""What is the answer to POST /recovery/initiate?"""

from __future__ import annotations

from datetime import datetime

import msgspec

from handlers.common.dynamodb import Table
from handlers.common.web.body import parse
from handlers.common.web.errors import ApiError
from handlers.common.web.request import Request
from handlers.common.web.response import Response, json_response
from handlers.pkgwatch.accounts import users
from handlers.pkgwatch.recovery import attempts, recovery_sessions
from handlers.pkgwatch.runtime.settings import settings
from handlers.pkgwatch.web.constant_time import at_least


class InitiateBody(msgspec.Struct):
    """What is asked."""

    email: str


def answer(request: Request, keys: Table, now: datetime) -> Response:
    """Starts a recovery. An address without an account gets the answer an account without recovery codes gets,
    with a session id that leads nowhere, and no more tries a day."""
    email = users.valid_email(parse(request, InitiateBody, email="invalid_email").email)
    with at_least(settings().response_floor_seconds):
        return _begin(keys, email, now)


def _begin(keys: Table, email: str, now: datetime) -> Response:
    records = users.key_records(users.by_email(keys, email))
    owner = records[0]["pk"] if records else None
    user = users.meta(keys, owner) if owner else None
    counted = attempts.count(keys, owner, now) if owner and user else attempts.count_unknown(keys, email, now)
    if not counted:
        text = "This account was to be recovered too often today. Try again tomorrow."
        raise ApiError(429, "rate_limited", text, headers={"Retry-After": "3600"})
    session_id = recovery_sessions.begin(keys, owner, email, now) if owner else recovery_sessions.new_id()
    body = {
        "recovery_session_id": session_id,
        "masked_email": users.masked(email),
        "has_recovery_codes": bool((user or {}).get("recovery_codes_hash")),
        "message": "Go on with an API key or a recovery code of the account, within 4 hours.",
    }
    return json_response(200, body)
