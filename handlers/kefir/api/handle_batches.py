"""Batches and their photos: what is fermenting?"""

from __future__ import annotations

from typing import Any

from handlers.common.web.serve import serve
from handlers.kefir.shared import batch_answers, photo_answers
from handlers.kefir.web.api import API, Answer

ROUTES: dict[str, Answer] = {
    "POST /batches": batch_answers.create,
    "GET /batches": batch_answers.listing,
    "GET /batches/{id}": batch_answers.get,
    "PUT /batches/{id}": batch_answers.update,
    "PATCH /batches/{id}": batch_answers.update,
    "DELETE /batches/{id}": batch_answers.archive,
    "POST /batches/{id}/photo/upload-url": photo_answers.upload_url,
    "POST /batches/{id}/photo": photo_answers.add,
    "GET /batches/{id}/photos": photo_answers.listing,
    # The app's own.
    "POST /batches/{id}/photos": photo_answers.send,
    "POST /batches/{id}/photos/upload-url": photo_answers.app_upload_url,
    "DELETE /photos": photo_answers.delete,
}


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answers a route of ``ROUTES``."""
    return serve(event, context, ROUTES, API)
