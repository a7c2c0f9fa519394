"""What is the answer to GET, POST and DELETE /account/recovery-codes?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from handlers.common.dynamodb import ConditionFailed, Table
from handlers.common.timestamps import iso
from handlers.common.web.errors import ApiError
from handlers.common.web.request import Request
from handlers.common.web.response import NO_STORE, Response, json_response
from handlers.pkgwatch.accounts import sessions, users
from handlers.pkgwatch.accounts.api_keys import USER_META
from handlers.pkgwatch.accounts.key_items import counted
from handlers.pkgwatch.accounts.sessions import Session
from handlers.pkgwatch.recovery.recovery_codes import new_codes, stored


def answer(request: Request, keys: Table, now: datetime) -> Response:
    """Shows how many codes are left, makes new ones, or removes them."""
    act = _ACTS.get(request.method)
    if act is None:
        raise ApiError(405, "method_not_allowed", "Use GET, POST or DELETE.")
    try:
        session = sessions.read(request, now)
    except ApiError as refused:
        raise ApiError(401, "unauthorized", refused.message) from refused
    return json_response(200, act(keys, session, now), {"Cache-Control": NO_STORE})


def _show(keys: Table, session: Session, _: datetime) -> dict[str, Any]:
    user = users.meta(keys, session.user_id) or {}
    left = len(user.get("recovery_codes_hash") or ())
    return {
        "has_codes": left > 0,
        "codes_remaining": left,
        "generated_at": user.get("recovery_codes_generated_at"),
        "original_count": user.get("recovery_codes_count") or 0,
    }


def _replace(keys: Table, session: Session, now: datetime) -> dict[str, Any]:
    codes, generated = new_codes(), iso(now)
    values = {"kept": [stored(code) for code in codes], "count": len(codes), "now": generated, "shown": True}
    change = (
        "SET recovery_codes_hash = :kept, recovery_codes_count = :count, recovery_codes_generated_at = :now, "
        "recovery_codes_shown = :shown"
    )
    try:
        keys.update((session.user_id, USER_META), change, values, "attribute_exists(pk)")
    except ConditionFailed:
        # An account older than users' records.
        counted(keys, session.user_id, session.email, keys.partition(session.user_id, consistent=True), now)
        keys.update((session.user_id, USER_META), change, values, "attribute_exists(pk)")
    return {
        "message": "These codes replace earlier ones. Keep them safe: they are not shown again.",
        "codes": codes,
        "codes_count": len(codes),
        "generated_at": generated,
    }


def _remove(keys: Table, session: Session, _: datetime) -> dict[str, Any]:
    change = "REMOVE recovery_codes_hash, recovery_codes_count, recovery_codes_generated_at, recovery_codes_shown"
    with suppress(ConditionFailed):  # no record, no codes
        keys.update((session.user_id, USER_META), change, {}, "attribute_exists(pk)")
    return {"message": "The account has no recovery codes now."}


_ACTS: Mapping[str, Callable[[Table, Session, datetime], dict[str, Any]]] = {
    "GET": _show,
    "POST": _replace,
    "DELETE": _remove,
}
