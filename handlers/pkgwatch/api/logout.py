"""POST /auth/logout: end my session."""

from __future__ import annotations

from typing import Any

from handlers.common.web.request import Request
from handlers.common.web.response import Response, json_response
from handlers.pkgwatch.accounts.session_cookie import cleared
from handlers.pkgwatch.web.http import serve


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Takes the cookie away, whether there was one or not; a token stays valid until it runs out."""
    return serve(event, context, _answer)


def _answer(_request: Request) -> Response:
    return json_response(200, {"message": "Logged out."}, {"Set-Cookie": cleared()})
