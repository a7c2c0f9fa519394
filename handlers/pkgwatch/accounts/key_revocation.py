"""What is the answer to DELETE /api-keys/{key_id}?"""

from __future__ import annotations

from datetime import datetime

from handlers.common.dynamodb import Table
from handlers.common.transactions import Cancelled, delete, transact, update
from handlers.common.web.errors import ApiError
from handlers.common.web.request import Request
from handlers.common.web.response import Response
from handlers.pkgwatch.accounts import sessions
from handlers.pkgwatch.accounts.api_keys import USER_META
from handlers.pkgwatch.accounts.key_items import KEY_ID, counted
from handlers.pkgwatch.accounts.sessions import Session
from handlers.pkgwatch.accounts.users import key_records


def answer(request: Request, keys: Table, now: datetime) -> Response:
    """Revokes one of the user's keys, but never the last."""
    session = sessions.read(request, now)
    key_id = request.path.get("key_id") or ""
    if not key_id:
        raise ApiError(400, "missing_key_id", "Name the key by its key_id.")
    _revoke(keys, session, key_id, now)
    return Response(204)


def _revoke(keys: Table, session: Session, key_id: str, now: datetime) -> None:
    items = keys.partition(session.user_id, consistent=True)
    records = key_records(items)
    record = next((record for record in records if record["sk"][:KEY_ID] == key_id), None)
    if record is None:
        raise _unknown()
    if len(records) == 1:
        raise _last()
    counted(keys, session.user_id, session.email, items, now)
    user = (session.user_id, USER_META)
    uncounting = update(keys, user, "SET key_count = key_count - :one", {"one": 1}, "key_count > :one")
    try:
        transact(keys.client, [uncounting, delete(keys, (record["pk"], record["sk"]), "attribute_exists(pk)")])
    except Cancelled as cancelled:
        raise _unknown() if cancelled.failed[1] else _last() from cancelled


def _unknown() -> ApiError:
    return ApiError(404, "key_not_found", "You have no key with this key_id.")


def _last() -> ApiError:
    return ApiError(400, "cannot_revoke_last_key", "This is your last key. Create another one first.")
