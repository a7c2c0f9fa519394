"""REST APIs: what a client gets. A handler that fails, answers something other than a response or takes too
long shows nothing of itself, large answers are compressed, and a preflight's answer has no body."""

from __future__ import annotations

import asyncio
import gzip
from typing import Any

from pkgops.local.hooks.patch import require, wrap
from pkgops.local.hooks.types import Types
from pkgops.local.polyfills.apigateway.rest_requests import exchange

_LONGEST = 29_000  # milliseconds an integration may take
_LARGEST = 6 * 1024 * 1024  # bytes a function may answer
_INTERNAL = "Internal server error"


class _IntegrationError(Exception):
    """The integration did not give a response; ``status`` is what the client gets."""

    def __init__(self, status: int) -> None:
        super().__init__()
        self.status = status


def install(_: Types) -> None:
    """Wraps the proxy integration and the whole request."""
    from ministack.services import apigateway_v1 as rest

    require(rest, "_GatewayError", "_gw_error", "_rest_apis")
    wrap(rest, "_lambda_proxy_response", lambda _: _response)
    wrap(rest, "_invoke_lambda_proxy_v1", _bounded)
    wrap(rest, "_gateway_error_response", _with_status)
    wrap(rest, "_invoke_mock_v1", _without_default_body)
    wrap(rest, "_handle_execute_in_scope", _finished)


def _response(result: dict[str, Any]) -> tuple[dict[str, Any], None]:
    """The handler's response; `_IntegrationError` if it has no documented form."""
    if result.get("throttle"):
        raise _IntegrationError(500)
    body = result.get("body")
    if result.get("error") or not isinstance(body, dict) or not _well_formed(body):
        raise _IntegrationError(502)
    return body, None


def _well_formed(response: dict[str, Any]) -> bool:
    known = {"statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"}
    if response.keys() - known:
        return False
    status, body = response.get("statusCode"), response.get("body")
    if not str(status).isdigit() or not 100 <= int(str(status)) <= 599:
        return False
    return (body is None or isinstance(body, str)) and len(body or "") <= _LARGEST


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
        except _IntegrationError as error:
            answer = rest._gw_error("DEFAULT_5XX", _INTERNAL)
            answer.status = error.status
            return answer
        return int(status), {name: _text(value) for name, value in headers.items()}, body or b""

    return invoke


def _ignore(late: asyncio.Future[Any]) -> None:
    """Retrieves an outcome that is not used, so that asyncio does not report it."""
    late.exception()


def _text(value: Any) -> Any:
    """A header's value as text: handlers return numbers and booleans too."""
    if isinstance(value, list):
        return [_text(one) for one in value]
    return str(value).lower() if isinstance(value, bool) else str(value)


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


def _finished(original: Any) -> Any:
    from ministack.services import apigateway_v1 as rest

    async def handle(api: str, stage: str, method: str, path: str, headers: Any, *others: Any) -> Any:
        shared: dict[str, str] = {}
        exchange.set(shared)
        status, answered, body = await original(api, stage, method, path, headers, *others)
        if shared:
            answered["x-amzn-requestid"] = shared["request_id"]
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
