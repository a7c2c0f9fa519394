"""What a function behind HTTP has given: a response, or the reason why there is none."""

from __future__ import annotations

import re
from collections.abc import Collection
from contextvars import ContextVar
from typing import Any

# True while an HTTP API or a function's URL waits: there, what is no response is `NoResponseError`.
strict: ContextVar[bool] = ContextVar("strict", default=False)

_KEYS = frozenset({"statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"})
_LARGEST = 6 * 1024 * 1024  # bytes a function may answer
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


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
    if not str(status).isdecimal() or not 200 <= int(str(status)) <= 599:
        return False
    headers = _headers(response)
    if headers is None or any(not _NAME.fullmatch(name) or _CONTROL.search(str(value)) for name, value in headers):
        return False
    return (body is None or isinstance(body, str)) and len(body or "") <= _LARGEST


def text(value: Any) -> Any:
    """A header's value, or list of them, as text: handlers return numbers and booleans too."""
    if isinstance(value, list):
        return [text(one) for one in value]
    return str(value).lower() if isinstance(value, bool) else str(value)


def _headers(response: dict[str, Any]) -> list[tuple[str, Any]] | None:
    """All headers that a response would have; None if they have another form."""
    single, several = response.get("headers") or {}, response.get("multiValueHeaders") or {}
    cookies = response.get("cookies") or []
    if not (isinstance(single, dict) and isinstance(several, dict) and isinstance(cookies, list)):
        return None
    listed = ((name, values if isinstance(values, list) else [values]) for name, values in several.items())
    return [
        *single.items(),
        *((name, value) for name, values in listed for value in values),
        *(("set-cookie", value) for value in cookies),
    ]
