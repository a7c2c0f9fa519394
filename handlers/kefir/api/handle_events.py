"""Events: what has happened to a batch?"""

from __future__ import annotations

from typing import Any

from handlers.common.web.serve import serve
from handlers.kefir.shared import event_answers
from handlers.kefir.web.api import API, Answer

ROUTES: dict[str, Answer] = {
    "POST /batches/{id}/events": event_answers.create,
    "GET /batches/{id}/events": event_answers.listing,
    "DELETE /batches/{id}/events/{timestamp}": event_answers.delete,
}


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answers a route of ``ROUTES``."""
    return serve(event, context, ROUTES, API)
