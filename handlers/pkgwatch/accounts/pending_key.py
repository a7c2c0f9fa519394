"""What is the answer to GET /auth/pending-key?"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from handlers.common.dynamodb import Table
from handlers.common.timestamps import iso
from handlers.common.web.errors import ApiError
from handlers.common.web.request import Request
from handlers.common.web.response import NO_STORE, Response, json_response
from handlers.pkgwatch.accounts import sessions

SHOWN_FOR = timedelta(minutes=5)

_SORT_KEY = "PENDING_DISPLAY"


def display(owner: str, clear: str, now: datetime) -> dict[str, Any]:
    """The item that keeps a new user's clear key until it is shown."""
    expires = int((now + SHOWN_FOR).timestamp())
    return {"pk": owner, "sk": _SORT_KEY, "api_key": clear, "created_at": iso(now), "ttl": expires}


def answer(request: Request, keys: Table, now: datetime) -> Response:
    """The key made when the user signed up; of all who ask, one sees it, and only soon after."""
    session = sessions.read(request, now)
    shown = keys.take((session.user_id, _SORT_KEY))
    if shown is None or shown.get("ttl", 0) <= now.timestamp():
        raise ApiError(404, "no_pending_key", "There is no new key to show. Create one if you lost yours.")
    body = {"api_key": shown["api_key"], "message": "Keep the key safe: it is not shown again."}
    return json_response(200, body, {"Cache-Control": NO_STORE})
