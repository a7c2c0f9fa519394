"""POST /recovery/initiate: starts the recovery of an account."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec

from handlers.common.dynamodb import ConditionFailed, Key, Table
from handlers.common.timestamps import iso
from handlers.common.web.body import parse
from handlers.common.web.errors import ApiError
from handlers.common.web.response import Response, json_response
from handlers.common.web.serve import Call, Routes, serve
from handlers.pkgwatch.accounts import users
from handlers.pkgwatch.accounts.api_keys import USER_META
from handlers.pkgwatch.recovery import recovery_sessions
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.runtime.settings import settings
from handlers.pkgwatch.web.api import API
from handlers.pkgwatch.web.constant_time import at_least

LIMIT = 10  # recoveries of one account a UTC day

_ROUNDS = 5
_WITHIN_LIMIT = "recovery_attempts_reset_at >= :day AND recovery_attempts_today < :limit"


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Serves ``ROUTES``."""
    return serve(event, context, ROUTES, API)


class InitiateBody(msgspec.Struct):
    """The request's body."""

    email: str


def answer(call: Call) -> Response:
    """Starts a recovery. Nothing in the response, in what follows or in its work tells whether the address has an
    account, or an account recovery codes: ``has_recovery_codes`` says that one may be tried."""
    email = users.valid_email(parse(call.request, InitiateBody, email="invalid_email").email)
    with at_least(settings().response_floor_seconds):
        return _start(tables.api_keys(), email, call.now)


def _start(keys: Table, email: str, now: datetime) -> Response:
    records = users.key_records(users.by_email(keys, email))
    owner = records[0]["pk"] if records else None
    user = users.read_user_record(keys, owner or users.user_id(email))
    within = _count(keys, owner, now) if owner and user else _count_without_record(keys, email, now)
    if not within:
        text = "This account was to be recovered too often today. Try again tomorrow."
        raise ApiError(429, "rate_limited", text, headers={"Retry-After": "3600"})
    body = {
        "recovery_session_id": recovery_sessions.begin(keys, owner, email, now),
        "masked_email": users.masked(email),
        "has_recovery_codes": True,
        "message": "Go on with an API key or a recovery code of the account, within 4 hours.",
    }
    return json_response(200, body)


def _count(keys: Table, owner: str, now: datetime) -> bool:
    """Counts an attempt on the user's record; False if there were too many today."""
    user = (owner, USER_META)
    values = {"one": 1, "limit": LIMIT, "day": f"{now:%Y-%m-%d}"}
    for _ in range(_ROUNDS):
        try:
            keys.update(user, "ADD recovery_attempts_today :one", values, _WITHIN_LIMIT)
        except ConditionFailed as failed:
            if (failed.item or {}).get("recovery_attempts_reset_at", "") >= values["day"]:
                return False
        else:
            return True
        if _first_today(keys, user, now):
            return True
    return False


def _count_without_record(keys: Table, email: str, now: datetime) -> bool:
    """The same for an address without an account, or an account without a record: a limit for some addresses only
    would tell which of them have an account."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    try:
        keys.update(
            (f"RATE_LIMIT#{users.user_id(email)}#{now:%Y-%m-%d}", "recovery_initiate"),
            "ADD request_count :one SET #ttl = :ttl",
            {"one": 1, "limit": LIMIT, "ttl": int(midnight.timestamp())},
            "attribute_not_exists(request_count) OR request_count < :limit",
        )
    except ConditionFailed:
        return False
    return True


def _first_today(keys: Table, user: Key, now: datetime) -> bool:
    """Starts the day's count at one; False if another attempt has just done so."""
    try:
        keys.update(
            user,
            "SET recovery_attempts_today = :one, recovery_attempts_reset_at = :now",
            {"one": 1, "now": iso(now), "day": f"{now:%Y-%m-%d}"},
            "attribute_exists(pk) AND "
            "(attribute_not_exists(recovery_attempts_reset_at) OR recovery_attempts_reset_at < :day)",
        )
    except ConditionFailed:
        return False
    return True


ROUTES: Routes[Call] = {"POST /recovery/initiate": answer}
