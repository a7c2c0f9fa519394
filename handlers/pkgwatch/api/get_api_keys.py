"""GET /api-keys: lists the user's API keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from handlers.common.web.response import NO_STORE, Response, json_response
from handlers.common.web.serve import Call, Routes, serve
from handlers.pkgwatch.accounts import sessions
from handlers.pkgwatch.accounts.key_items import KEY_ID
from handlers.pkgwatch.accounts.users import key_records
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.web.api import API


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Serves ``ROUTES``."""
    return serve(event, context, ROUTES, API)


def answer(call: Call) -> Response:
    """The keys, oldest first, without what is secret."""
    session = sessions.read(call.request, call.now)
    records = key_records(tables.api_keys().partition(session.user_id, consistent=True))
    return json_response(200, {"api_keys": [_shown(record) for record in records]}, {"Cache-Control": NO_STORE})


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
