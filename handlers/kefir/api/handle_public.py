"""The public page: what does a shared batch show to anybody?"""

from __future__ import annotations

from typing import Any

from handlers.common.web.serve import serve
from handlers.kefir.shared import public_answer
from handlers.kefir.web.api import PUBLIC_API, Answer

ROUTES: dict[str, Answer] = {"GET /public/b/{batchId}": public_answer.answer}


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answers a route of ``ROUTES``; nobody has to log in."""
    return serve(event, context, ROUTES, PUBLIC_API)
