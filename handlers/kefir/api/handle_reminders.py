"""Reminders: when is a batch to be looked after?"""

from __future__ import annotations

from typing import Any

from handlers.common.web.serve import serve
from handlers.kefir.shared import reminder_answers
from handlers.kefir.web.api import API, Answer

ROUTES: dict[str, Answer] = {
    "GET /batches/{id}/reminders/suggestions": reminder_answers.suggested,
    "POST /batches/{id}/reminders/confirm": reminder_answers.confirm,
    "GET /me/reminders": reminder_answers.own,
    "DELETE /me/reminders/{id}": reminder_answers.cancel,
    # The app's own.
    "GET /reminders": reminder_answers.of_app,
    "GET /batches/{id}/reminders": reminder_answers.of_batch,
    "POST /reminders/{id}/complete": reminder_answers.complete,
}


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answers a route of ``ROUTES``."""
    return serve(event, context, ROUTES, API)
