"""GET /health: says that the API works."""

from __future__ import annotations

from typing import Any

from handlers.common.timestamps import iso
from handlers.common.web.response import Response, json_response
from handlers.common.web.serve import Call, Routes, serve
from handlers.pkgwatch.web.api import IDENTIFIED_API

VERSION = "1.0.0"


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Serves ``ROUTES``."""
    return serve(event, context, ROUTES, IDENTIFIED_API)


def answer(call: Call) -> Response:
    """200 as long as functions run; no table is asked."""
    body = {"status": "healthy", "version": VERSION, "timestamp": iso(call.now)}
    return json_response(200, body, {"Cache-Control": "no-cache"})


ROUTES: Routes[Call] = {"GET /health": answer}
