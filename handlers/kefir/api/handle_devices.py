"""Devices: where are reminders shown?"""

from __future__ import annotations

from typing import Any

from handlers.common.web.serve import serve
from handlers.kefir.shared import device_answers
from handlers.kefir.web.api import API, Answer

ROUTES: dict[str, Answer] = {
    "POST /me/devices": device_answers.create,
    "GET /me/devices": device_answers.listing,
    "DELETE /me/devices/{id}": device_answers.delete,
    # The app's own.
    "POST /notifications/register": device_answers.create_of_app,
}


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answers a route of ``ROUTES``."""
    return serve(event, context, ROUTES, API)
