"""Invocations are refused whose event is larger than AWS Lambda takes.

Answers that are too large are refused where they arise, by `pkgops.local.functions.bootstrap`.
"""

from __future__ import annotations

import json
from typing import Any

from pkgops.local.hooks.patch import require, wrap
from pkgops.local.hooks.types import Types

_LARGEST_EVENT = 6 * 1024 * 1024  # bytes
_LARGEST_ASYNCHRONOUS = 1024 * 1024  # bytes
_INVOCATIONS = ("/invocations", "/response-streaming-invocations")
_KIND = "RequestEntityTooLargeException"
_TEXT = f"Request must be smaller than {_LARGEST_EVENT} bytes for the InvokeFunction operation"


def install(_: Types) -> None:
    """Looks at the body before the emulator reads it."""
    from ministack.services import lambda_svc

    require(lambda_svc, "error_response_json")
    wrap(lambda_svc, "handle_request", _measuring)
    wrap(lambda_svc, "_execute_function_with_config_scope", _weighing)


def _weighing(original: Any) -> Any:
    """Looks at the events that APIs and URLs make of requests. Only a body can be large, so nothing is measured where
    there is little of it: escapes make at most six characters of one."""

    def execute(func: dict[str, Any], event: Any) -> Any:
        body = event.get("body") if isinstance(event, dict) else None
        if isinstance(body, str) and len(body) > _LARGEST_EVENT // 8 and _weight(event) > _LARGEST_EVENT:
            return {"size": True, "error": True, "body": {"errorType": _KIND, "errorMessage": _TEXT}, "log": ""}
        return original(func, event)

    return execute


def _weight(event: Any) -> int:
    return len(json.dumps(event, ensure_ascii=False).encode(errors="replace"))


def _measuring(original: Any) -> Any:
    from ministack.services import lambda_svc

    async def handle(method: str, path: str, headers: dict[str, Any], body: bytes, query: Any) -> Any:
        if method == "POST" and path.endswith(_INVOCATIONS):
            kind = next((value for name, value in headers.items() if name.lower() == "x-amz-invocation-type"), "")
            if text := _refusal(len(body or b""), str(kind)):
                return lambda_svc.error_response_json(_KIND, text, 413)
        return await original(method, path, headers, body, query)

    return handle


def _refusal(size: int, kind: str) -> str:
    if kind == "Event" and size > _LARGEST_ASYNCHRONOUS:
        return f"{size} byte payload is too large for the Event invocation type (limit {_LARGEST_ASYNCHRONOUS} bytes)"
    return _TEXT if size > _LARGEST_EVENT else ""
