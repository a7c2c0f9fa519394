"""Export: everything of mine in one table."""

from __future__ import annotations

from typing import Any

from handlers.common.web.serve import serve
from handlers.kefir.shared import export_answers
from handlers.kefir.web.api import API, Answer

ROUTES: dict[str, Answer] = {
    "GET /export.csv": export_answers.direct,
    # The app's own.
    "POST /export/batches/csv": export_answers.by_link,
}


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answers a route of ``ROUTES``."""
    return serve(event, context, ROUTES, API)
