"""Fields of a request's body that must not be empty."""

from __future__ import annotations

from handlers.common.web.errors import ApiError


def required(text: str, code: str, message: str) -> str:
    """``text`` without spaces around it. Raises 400 with that ``code`` if nothing is left."""
    stripped = text.strip()
    if not stripped:
        raise ApiError(400, code, message)
    return stripped
