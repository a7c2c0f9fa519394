"""Logging in by a code that comes by mail."""

from __future__ import annotations

from typing import Any

from handlers.common.web.serve import serve
from handlers.kefir.shared import auth_answers
from handlers.kefir.web.api import PUBLIC_API, Answer

ROUTES: dict[str, Answer] = {
    "POST /auth/login": auth_answers.login,
    "POST /auth/verify": auth_answers.verify,
}


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answers a route of ``ROUTES``; nobody has to have logged in."""
    return serve(event, context, ROUTES, PUBLIC_API)
