"""POST /auth/logout: ends the session of a browser."""

from __future__ import annotations

from typing import Any

from handlers.common.web.response import Response, json_response
from handlers.common.web.serve import Call, Routes, serve
from handlers.pkgwatch.accounts.session_cookie import cleared
from handlers.pkgwatch.web.api import API


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Serves ``ROUTES``."""
    return serve(event, context, ROUTES, API)


def answer(_call: Call) -> Response:
    """Removes the cookie, whether there was one or not. A token that was copied stays valid until it expires."""
    return json_response(200, {"message": "Logged out."}, {"Set-Cookie": cleared()})


ROUTES: Routes[Call] = {"POST /auth/logout": answer}
