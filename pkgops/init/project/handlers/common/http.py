"""Requests and responses of an HTTP API (payload format 2.0)."""

from __future__ import annotations

import base64
import json
from typing import Any


class BadRequest(Exception):  # noqa: N818 - an answer, not a failure
    """The client sent something else than the route takes; the text is shown to it."""


def body(event: dict[str, Any]) -> dict[str, Any]:
    """The JSON object in a request. Raises `BadRequest`."""
    sent = event.get("body") or ""
    try:
        found = json.loads(base64.b64decode(sent) if event.get("isBase64Encoded") else sent)
    except ValueError:
        raise BadRequest("The body is not JSON.") from None
    if not isinstance(found, dict):
        raise BadRequest("The body is not a JSON object.")
    return found


def response(status: int, content: Any) -> dict[str, Any]:
    """An answer with a JSON body."""
    headers = {"content-type": "application/json"}
    return {"statusCode": status, "headers": headers, "body": json.dumps(content, default=str)}
