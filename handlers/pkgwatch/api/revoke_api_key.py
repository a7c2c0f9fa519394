"""DELETE /api-keys/{key_id}: revokes one of the user's API keys."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from handlers.common.dynamodb import Table
from handlers.common.transactions import Cancelled, delete, transact, update
from handlers.common.web.errors import ApiError
from handlers.common.web.response import Response
from handlers.common.web.serve import Call, Routes, serve
from handlers.pkgwatch.accounts import sessions
from handlers.pkgwatch.accounts.api_keys import USER_META
from handlers.pkgwatch.accounts.key_items import KEY_ID, ensure_user_record
from handlers.pkgwatch.accounts.sessions import Session
from handlers.pkgwatch.accounts.users import key_records
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.web.api import API


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Serves ``ROUTES``."""
    return serve(event, context, ROUTES, API)


def answer(call: Call) -> Response:
    """Revokes a key, but never the last."""
    session = sessions.read(call.request, call.now)
    key_id = call.request.path.get("key_id") or ""
    if not key_id:
        raise ApiError(400, "missing_key_id", "Name the key by its key_id.")
    _revoke(tables.api_keys(), session, key_id, call.now)
    return Response(204)


def _revoke(keys: Table, session: Session, key_id: str, now: datetime) -> None:
    items = keys.partition(session.user_id, consistent=True)
    records = key_records(items)
    record = next((record for record in records if record["sk"][:KEY_ID] == key_id), None)
    if record is None:
        raise _unknown()
    if len(records) == 1:
        raise _last()
    ensure_user_record(keys, session.user_id, session.email, items, now)
    user = (session.user_id, USER_META)
    uncount = update(keys, user, "SET key_count = key_count - :one", {"one": 1}, "key_count > :one")
    try:
        transact(keys.client, [uncount, delete(keys, (record["pk"], record["sk"]), "attribute_exists(pk)")])
    except Cancelled as cancelled:
        raise _unknown() if cancelled.failed[1] else _last() from cancelled


def _unknown() -> ApiError:
    return ApiError(404, "key_not_found", "You have no key with this key_id.")


def _last() -> ApiError:
    return ApiError(400, "cannot_revoke_last_key", "This is your last key. Create another one first.")


ROUTES: Routes[Call] = {"DELETE /api-keys/{key_id}": answer}
