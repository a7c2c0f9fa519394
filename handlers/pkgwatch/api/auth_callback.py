"""GET /auth/callback: logs a user in who follows a login link."""

from __future__ import annotations

from typing import Any

from handlers.common.web.errors import ApiError
from handlers.common.web.response import Response
from handlers.common.web.serve import Call, Routes, serve
from handlers.pkgwatch.accounts import magic_links, sessions
from handlers.pkgwatch.accounts.session_cookie import cookie
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.runtime.settings import settings
from handlers.pkgwatch.web.api import API
from handlers.pkgwatch.web.redirects import redirect, redirecting


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Serves ``ROUTES``."""
    return serve(event, context, ROUTES, API)


def answer(call: Call) -> Response:
    """Starts a session and sends the browser to the dashboard; an error sends it to the start page."""
    return redirecting(lambda: _log_in(call), f"{settings().base_url}/start")


def _log_in(call: Call) -> Response:
    token = call.request.query.get("token") or ""
    if not token:
        raise ApiError(400, "missing_token", "The link is incomplete. Copy all of it.")
    sessions.check_secret()  # or a token would be used up for nothing
    record = magic_links.redeem(tables.api_keys(), token, call.now)
    session = sessions.token(record["pk"], record.get("email") or "", record.get("tier") or "free", call.now)
    return redirect(f"{settings().base_url}/dashboard", cookie=cookie(session))


ROUTES: Routes[Call] = {"GET /auth/callback": answer}
