"""What is the answer to GET /auth/callback?"""

from __future__ import annotations

from datetime import datetime

from handlers.common.dynamodb import Table
from handlers.common.web.errors import ApiError
from handlers.common.web.request import Request
from handlers.common.web.response import Response
from handlers.pkgwatch.accounts import magic_links, sessions
from handlers.pkgwatch.runtime.settings import settings
from handlers.pkgwatch.web.redirects import redirect, redirecting


def answer(request: Request, keys: Table, now: datetime) -> Response:
    """Starts a session and sends the browser to the dashboard; to the start page with the reason if it cannot."""
    return redirecting(lambda: _log_in(request, keys, now), f"{settings().base_url}/start")


def _log_in(request: Request, keys: Table, now: datetime) -> Response:
    token = request.query.get("token") or ""
    if not token:
        raise ApiError(400, "missing_token", "The link is incomplete. Copy all of it.")
    sessions.possible()  # or a token would be used up for nothing
    record = magic_links.redeem(keys, token, now)
    session = sessions.token(record["pk"], record.get("email") or "", record.get("tier") or "free", now)
    return redirect(f"{settings().base_url}/dashboard", cookie=sessions.cookie(session))
