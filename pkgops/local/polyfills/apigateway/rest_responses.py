"""REST APIs: what a client gets. A handler that fails, answers something other than a response or takes too
long shows nothing of itself, a request may be too large, large answers are compressed, and a preflight's answer has no
body."""

from __future__ import annotations

import asyncio
import gzip
import logging
from typing import Any
from uuid import uuid4

from pkgops.local.hooks.patch import require, wrap
from pkgops.local.hooks.proxy_results import NoResponseError, checked, text, well_formed
from pkgops.local.hooks.types import Types
from pkgops.local.polyfills.apigateway.rest_requests import exchange

_LONGEST = 29_000  # milliseconds an integration may take
_LARGEST = 10 * 1024 * 1024  # bytes of a request's body
_INTERNAL = "Internal server error"
# Why there is no response -> the gateway's response type, its text, and its status where the type has none.
_REFUSALS = {
    "size": ("REQUEST_TOO_LARGE", "Request Too Long", None),
    "throttle": ("DEFAULT_5XX", _INTERNAL, 500),
    "error": ("DEFAULT_5XX", _INTERNAL, 502),
}


def install(_: Types) -> None:
    """Wraps the proxy integration and the whole request."""
    from ministack.services import apigateway_v1 as rest

    require(rest, "_GatewayError", "_gw_error", "_rest_apis", "_stages_v1")
    wrap(rest, "_lambda_proxy_response", lambda _: _response)
    wrap(rest, "_invoke_lambda_proxy_v1", _bounded)
    wrap(rest, "_gateway_error_response", _with_status)
    wrap(rest, "_invoke_mock_v1", _without_default_body)
    wrap(rest, "_execute_in_scope", _guarded)
    wrap(rest, "_handle_execute_in_scope", _finished)


def _response(result: dict[str, Any]) -> tuple[dict[str, Any], None]:
    """The handler's response; `NoResponseError` if it has no documented form."""
    body = checked(result)
    if not isinstance(body, dict) or not well_formed(body):
        raise NoResponseError("error")
    return body, None


def _bounded(original: Any) -> Any:
    from ministack.services import apigateway_v1 as rest

    async def invoke(integration: dict[str, Any], *others: Any, **named: Any) -> Any:
        limit = min(int(integration.get("timeoutInMillis") or _LONGEST), _LONGEST) / 1000
        running = asyncio.ensure_future(original(integration, *others, **named))
        done, _ = await asyncio.wait({running}, timeout=limit)
        if not done:
            running.add_done_callback(_ignore)
            return rest._gw_error("INTEGRATION_TIMEOUT", "Endpoint request timed out")
        try:
            status, headers, body = await running
        except NoResponseError as refused:
            kind, said, status = _REFUSALS[refused.why]
            answer = rest._gw_error(kind, said)
            answer.status = status
            return answer
        return int(status), {name: text(value) for name, value in headers.items()}, body or b""

    return invoke


def _ignore(late: asyncio.Future[Any]) -> None:
    """Retrieves an outcome that is not used, so that asyncio does not report it."""
    late.exception()


def _with_status(original: Any) -> Any:
    """The general error responses have no status of their own; the failure knows it."""

    def render(error: Any, request: dict[str, Any]) -> Any:
        status, headers, body = original(error, request)
        return getattr(error, "status", None) or status, headers, body

    return render


def _without_default_body(original: Any) -> Any:
    def mock(integration: dict[str, Any]) -> Any:
        status, headers, body = original(integration)
        templated = any(
            (one.get("responseTemplates") or {}).get("application/json")
            for one in (integration.get("integrationResponses") or {}).values()
        )
        return status, headers, body if templated and status not in (204, 304) else b""

    return mock


def _guarded(original: Any) -> Any:
    """The gateway's own errors have the form of its responses, with the headers the API gives them."""
    from ministack.services import apigateway_v1 as rest

    async def execute(request: dict[str, Any], api: str, stage: str, method: str, path: str, *others: Any) -> Any:
        _, body, *_ = others
        deployed = rest._stages_v1.get(api, {}).get(stage)
        if deployed and len(body or b"") > _LARGEST:
            request["stage"] = deployed
            return rest._gw_error("REQUEST_TOO_LARGE", f"HTTP content length exceeded {_LARGEST} bytes.")
        try:
            return await original(request, api, stage, method, path, *others)
        except Exception:
            if not request["stage"]:
                raise
            logging.getLogger("pkgops").exception("A REST API could not answer %s %s", method, path)
            return rest._gw_error("DEFAULT_5XX", _INTERNAL)

    return execute


def _finished(original: Any) -> Any:
    from ministack.services import apigateway_v1 as rest

    async def handle(api: str, stage: str, method: str, path: str, headers: Any, *others: Any) -> Any:
        shared: dict[str, str] = {}
        exchange.set(shared)
        status, answered, body = await original(api, stage, method, path, headers, *others)
        answered["x-amzn-requestid"] = shared.get("request_id") or str(uuid4())  # a refusal of the gateway has one too
        smallest = (rest._rest_apis.get(api) or {}).get("minimumCompressionSize")
        return status, *_compressed(answered, body, smallest, headers.get("accept-encoding", ""))

    return handle


def _compressed(headers: dict[str, Any], body: Any, smallest: Any, accepted: str) -> tuple[dict[str, Any], bytes]:
    """The body in gzip if the API compresses from this size on and the client takes it."""
    data = body.encode() if isinstance(body, str) else body
    encoded = any(name.lower() == "content-encoding" for name in headers)
    if smallest is None or encoded or "gzip" not in accepted or len(data) < max(1, int(smallest)):
        return headers, data
    return headers | {"Content-Encoding": "gzip"}, gzip.compress(data, compresslevel=1, mtime=0)
