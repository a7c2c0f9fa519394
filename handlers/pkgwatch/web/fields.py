"""Reading a request's body where it has no declared shape, and its fields that must not be empty."""

from __future__ import annotations

from typing import Any

from handlers.common.web.errors import ApiError
from handlers.common.web.request import Request


def json_object(request: Request) -> dict[str, Any]:
    """The body's JSON object, empty if there is no body. Raises 400 ``invalid_json``."""
    try:
        body = request.json()
    except ValueError:
        body = []
    if body is not None and not isinstance(body, dict):
        raise ApiError(400, "invalid_json", "The body must be a JSON object.")
    return body or {}


def required(text: str, code: str, message: str) -> str:
    """``text`` without spaces around it. Raises 400 with that ``code`` if nothing is left."""
    stripped = text.strip()
    if not stripped:
        raise ApiError(400, code, message)
    return stripped
