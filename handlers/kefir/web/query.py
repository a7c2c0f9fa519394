"""Query parameters, checked."""

from __future__ import annotations

import re
from collections.abc import Collection

from handlers.common.web.request import Request
from handlers.kefir.web.errors import validation_error


def choice(request: Request, name: str, allowed: Collection[str]) -> str | None:
    """A parameter that must be one of some words, None if it was not sent. Raises `ApiError` 400."""
    given = request.query.get(name)
    if given is not None and given not in allowed:
        raise validation_error([(name, f"Expected one of {', '.join(allowed)}")])
    return given


def count(request: Request, name: str, most: int) -> int | None:
    """A parameter that must be a whole number from 1 to ``most``, None if it was not sent. Raises `ApiError` 400."""
    given = request.query.get(name)
    if given is None:
        return None
    if not re.fullmatch(r"[0-9]{1,9}", given) or not 1 <= int(given) <= most:
        raise validation_error([(name, f"Expected a whole number from 1 to {most}")])
    return int(given)
