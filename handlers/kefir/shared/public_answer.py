"""What is the answer to GET /public/b/{batchId}?"""

from __future__ import annotations

from handlers.common.web.errors import ApiError
from handlers.common.web.response import Response, json_response
from handlers.kefir.shared.batches import anybodys_batch, not_found
from handlers.kefir.web.api import Call

_SHOWN = ("batchId", "name", "stage", "status", "startDate", "publicNote", "createdAt")


def answer(call: Call) -> Response:
    """What anybody may know of a batch whose owner shares it: these fields, and no envelope around them."""
    batch = anybodys_batch(call.table, call.request.path.get("batchId") or "")
    if batch is None:
        raise not_found()
    if batch.get("isPublic") is not True:
        raise ApiError(403, "FORBIDDEN", "This batch is not publicly shared")
    return json_response(200, {"batch": {name: batch[name] for name in _SHOWN if name in batch}})
