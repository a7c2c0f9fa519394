"""GET /auth/pending-key: shows a new user the first API key, once."""

from __future__ import annotations

from typing import Any

from handlers.common.web.errors import ApiError
from handlers.common.web.response import Response, json_response
from handlers.common.web.serve import Call, Routes, serve
from handlers.pkgwatch.accounts import sessions, shown_once
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.web.api import API


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Serves ``ROUTES``."""
    return serve(event, context, ROUTES, API)


def answer(call: Call) -> Response:
    """The key made when the user signed up; of many requests one gets it, and only soon after."""
    session = sessions.read(call.request, call.now)
    shown = shown_once.take(tables.api_keys(), session.user_id, shown_once.API_KEY, call.now)
    if shown is None:
        raise ApiError(404, "no_pending_key", "There is no new key to show. Create one if you lost yours.")
    body = {"api_key": shown["api_key"], "message": "Keep the key safe: it is not shown again."}
    return json_response(200, body)


ROUTES: Routes[Call] = {"GET /auth/pending-key": answer, "GET /api-keys/pending": answer}
