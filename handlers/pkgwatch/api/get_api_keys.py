"""GET /api-keys: lists the user's API keys."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from handlers.common.timestamps import iso
from handlers.common.web.response import Response, json_response
from handlers.common.web.serve import Call, Routes, serve
from handlers.pkgwatch.accounts import sessions
from handlers.pkgwatch.accounts.key_items import KEY_ID
from handlers.pkgwatch.accounts.users import key_records
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.web.api import API

_OFFERED = timedelta(days=30)
_OFFER = (
    "These keys were made before the account was recovered, and whoever had it may still use them. "
    "Make a new key that revokes all others."
)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Serves ``ROUTES``."""
    return serve(event, context, ROUTES, API)


def answer(call: Call) -> Response:
    """The keys, oldest first, without what is secret. For a month after a recovery changed the account's address, those
    that others may have from before are offered for revocation: `POST /api-keys` with ``revoke_others``."""
    session = sessions.read(call.request, call.now)
    records = key_records(tables.api_keys().partition(session.user_id, consistent=True))
    old = _from_before_recovery(records, call.now)
    offer = {"revoke_offer": {"key_ids": old, "message": _OFFER}} if old else {}
    return json_response(200, {"api_keys": [_shown(record) for record in records], **offer})


def _from_before_recovery(records: Iterable[Mapping[str, Any]], now: datetime) -> list[str]:
    since = iso(now - _OFFERED)
    return [record["sk"][:KEY_ID] for record in records if (record.get("email_changed_at") or "") >= since]


def _shown(record: Mapping[str, Any]) -> dict[str, Any]:
    hashed = record["sk"]
    return {
        "key_id": hashed[:KEY_ID],
        "key_prefix": f"pw_....{record.get('key_suffix') or hashed[-8:]}",
        "key_name": record.get("key_name"),
        "tier": record.get("tier") or "free",
        "requests_this_month": record.get("requests_this_month") or 0,
        "created_at": record.get("created_at"),
        "last_used": record.get("last_used"),
    }


ROUTES: Routes[Call] = {"GET /api-keys": answer}
