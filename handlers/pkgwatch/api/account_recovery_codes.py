"""GET, POST and DELETE /account/recovery-codes: counts, replaces and removes the account's recovery codes."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from handlers.common.dynamodb import ConditionFailed
from handlers.common.timestamps import iso
from handlers.common.web.errors import ApiError
from handlers.common.web.response import Response, json_response
from handlers.common.web.serve import Call, Routes, serve
from handlers.pkgwatch.accounts import sessions, users
from handlers.pkgwatch.accounts.api_keys import USER_META
from handlers.pkgwatch.accounts.key_items import ensure_user_record
from handlers.pkgwatch.accounts.sessions import Session
from handlers.pkgwatch.recovery.recovery_codes import new_codes, stored
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.web.api import API

_EXISTS = "attribute_exists(pk)"


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Serves ``ROUTES``."""
    return serve(event, context, ROUTES, API)


def show(call: Call) -> Response:
    """How many codes are left."""
    user = users.read_user_record(tables.api_keys(), _session(call).user_id) or {}
    left = len(user.get("recovery_codes_hash") or ())
    return _respond(
        has_codes=left > 0,
        codes_remaining=left,
        generated_at=user.get("recovery_codes_generated_at"),
        original_count=user.get("recovery_codes_count") or 0,
    )


def replace(call: Call) -> Response:
    """New codes in place of those the account has, if any."""
    session, keys = _session(call), tables.api_keys()
    codes, generated = new_codes(), iso(call.now)
    values = {"kept": [stored(code) for code in codes], "count": len(codes), "now": generated, "shown": True}
    change = (
        "SET recovery_codes_hash = :kept, recovery_codes_count = :count, recovery_codes_generated_at = :now, "
        "recovery_codes_shown = :shown"
    )
    try:
        keys.update((session.user_id, USER_META), change, values, _EXISTS)
    except ConditionFailed:
        # An account older than users' records.
        ensure_user_record(
            keys, session.user_id, session.email, keys.partition(session.user_id, consistent=True), call.now
        )
        keys.update((session.user_id, USER_META), change, values, _EXISTS)
    return _respond(
        message="These codes replace earlier ones. Keep them safe: they are not shown again.",
        codes=codes,
        codes_count=len(codes),
        generated_at=generated,
    )


def remove(call: Call) -> Response:
    """The account has no codes afterwards."""
    user = (_session(call).user_id, USER_META)
    change = "REMOVE recovery_codes_hash, recovery_codes_count, recovery_codes_generated_at, recovery_codes_shown"
    with suppress(ConditionFailed):  # no record, no codes
        tables.api_keys().update(user, change, {}, _EXISTS)
    return _respond(message="The account has no recovery codes now.")


def _session(call: Call) -> Session:
    try:
        return sessions.read(call.request, call.now)
    except ApiError as error:
        raise ApiError(401, "unauthorized", error.message) from error


def _respond(**body: Any) -> Response:
    return json_response(200, body)


ROUTES: Routes[Call] = {
    "GET /account/recovery-codes": show,
    "POST /account/recovery-codes": replace,
    "DELETE /account/recovery-codes": remove,
}
