"""The public page of a batch whose owner shares it."""

from __future__ import annotations

from typing import Any

from handlers.common.web.errors import ApiError
from handlers.common.web.response import Response, json_response
from handlers.common.web.serve import Routes, serve
from handlers.kefir.batches.records import batch_not_found, find_batch
from handlers.kefir.web.api import PUBLIC_API, Call

_PUBLIC_FIELDS = ("batchId", "name", "stage", "status", "startDate", "publicNote", "createdAt")


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Serves ``ROUTES``, which need no login."""
    return serve(event, context, ROUTES, PUBLIC_API)


def get(call: Call) -> Response:
    """GET /public/b/{batchId}: only the public fields, without the app's envelope."""
    batch = find_batch(call.table, call.request.path.get("batchId") or "")
    if batch is None:
        raise batch_not_found()
    if batch.get("isPublic") is not True:
        raise ApiError(403, "FORBIDDEN", "This batch is not publicly shared")
    return json_response(200, {"batch": {name: batch[name] for name in _PUBLIC_FIELDS if name in batch}})


ROUTES: Routes[Call] = {"GET /public/b/{batchId}": get}
