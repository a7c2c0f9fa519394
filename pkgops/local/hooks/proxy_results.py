"""What a function behind HTTP has given: a response, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Collection
from contextvars import ContextVar
from typing import Any

# True while an HTTP API or a function's URL waits: there, what is no response is `NoResponseError`.
strict: ContextVar[bool] = ContextVar("strict", default=False)

_KEYS = frozenset({"statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"})
_LARGEST = 6 * 1024 * 1024  # bytes a function may answer


class NoResponseError(Exception):
    """There is no response. ``why``: size (of the request), throttle, timeout, error (of the function, or of what it
    gave)."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def checked(result: dict[str, Any]) -> Any:
    """What the function returned; `NoResponseError` if it returned nothing."""
    for why in ("size", "throttle", "error"):
        if result.get(why):
            raise NoResponseError(why)
    return result.get("body")


def well_formed(response: dict[str, Any], keys: Collection[str] = _KEYS) -> bool:
    """True for a proxy response of the documented form with no keys but these."""
    if response.keys() - keys:
        return False
    status, body = response.get("statusCode"), response.get("body")
    if not str(status).isdigit() or not 100 <= int(str(status)) <= 599:
        return False
    return (body is None or isinstance(body, str)) and len(body or "") <= _LARGEST
