"""GET /health: does the API answer?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from handlers.common.timestamps import iso
from handlers.common.web.request import Request
from handlers.common.web.response import Response, json_response
from handlers.pkgwatch.web.http import serve

VERSION = "1.0.0"


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """200 as long as functions run; nothing else is asked."""
    return serve(event, context, _answer, identified=True)


def _answer(_request: Request) -> Response:
    body = {"status": "healthy", "version": VERSION, "timestamp": iso(datetime.now(UTC))}
    return json_response(200, body, {"Cache-Control": "no-cache"})
