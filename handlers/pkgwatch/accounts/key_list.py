"""What is the answer to GET /api-keys?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from handlers.common.dynamodb import Table
from handlers.common.web.request import Request
from handlers.common.web.response import NO_STORE, Response, json_response
from handlers.pkgwatch.accounts import sessions
from handlers.pkgwatch.accounts.key_items import KEY_ID
from handlers.pkgwatch.accounts.users import key_records


def answer(request: Request, keys: Table, now: datetime) -> Response:
    """The user's keys, oldest first, by what may be shown of them."""
    session = sessions.read(request, now)
    records = key_records(keys.partition(session.user_id, consistent=True))
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
