"""HTTP APIs: what a client gets. A handler that fails, answers something other than a response or takes too long shows
nothing of itself, a request may be too large, the API's CORS headers are on its own errors too, and every answer names
the request's id."""

from __future__ import annotations

import asyncio
import json
import logging
from contextvars import ContextVar
from typing import Any
from uuid import uuid4

from pkgops.local.hooks.patch import require, wrap
from pkgops.local.hooks.proxy_results import NoResponseError, strict, text
from pkgops.local.hooks.types import Types

_LARGEST = 10 * 1024 * 1024  # bytes of a request's body
_LONGEST = 30_000  # milliseconds an integration may take
_request_id: ContextVar[str] = ContextVar("request_id", default="")  # of the request that is being answered


def install(_: Types) -> None:
    """Wraps the proxy integration and the whole request."""
    from ministack.services import apigateway

    require(apigateway, "_apis", "_cors_response_headers")
    wrap(apigateway, "new_uuid", lambda original: lambda: _request_id.get() or original())
    wrap(apigateway, "_invoke_lambda_proxy", _bounded)
    wrap(apigateway, "_handle_execute_in_scope", _finished)


def _message(status: int, text: str) -> tuple[int, dict[str, Any], bytes]:
    return status, {"Content-Type": "application/json"}, json.dumps({"message": text}).encode()


def _refusal(refused: NoResponseError) -> tuple[int, dict[str, Any], bytes]:
    if refused.why == "size":
        return _message(413, "Request Entity Too Large")
    if refused.why in ("throttle", "timeout"):
        return _message(503, "Service Unavailable")
    return _message(500, "Internal Server Error")


def _bounded(original: Any) -> Any:
    async def invoke(integration: dict[str, Any], *others: Any, **named: Any) -> Any:
        strict.set(True)
        limit = min(int(integration.get("timeoutInMillis") or _LONGEST), _LONGEST) / 1000
        running = asyncio.ensure_future(original(integration, *others, **named))
        done, _ = await asyncio.wait({running}, timeout=limit)
        if not done:
            running.add_done_callback(lambda late: late.exception())  # so that asyncio does not report it
            return _refusal(NoResponseError("timeout"))
        try:
            status, headers, body = await running
        except NoResponseError as refused:
            return _refusal(refused)
        return int(status), {name: text(value) for name, value in headers.items()}, body or b""

    return invoke


def _finished(original: Any) -> Any:
    from ministack.services import apigateway

    async def handle(
        api_id: str, stage: str, path: str, method: str, headers: dict[str, str], body: bytes, *others: Any
    ) -> Any:
        cors = (apigateway._apis.get(api_id) or {}).get("corsConfiguration") or {}
        given = _request_id.set(str(uuid4()))
        try:
            if len(body or b"") > _LARGEST:
                answer = _refusal(NoResponseError("size"))
            else:
                answer = await original(api_id, stage, path, method, headers, body, *others)
        except Exception:
            logging.getLogger("pkgops").exception("An HTTP API could not answer %s %s", method, path)
            answer = _message(500, "Internal Server Error")
        finally:
            identity = _request_id.get()
            _request_id.reset(given)
        answer[1]["apigw-requestid"] = identity
        if method != "OPTIONS":
            answer[1].update(apigateway._cors_response_headers(cors, headers.get("origin", "")))
        return answer

    return handle
