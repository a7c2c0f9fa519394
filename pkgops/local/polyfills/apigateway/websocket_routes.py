"""WebSocket APIs: a function is invoked as any other is (its log, its permission), clients get what it posts, and its
event names the host that the API is reached at.

The emulator runs the functions of WebSocket routes by a way of its own, which writes no log, and sends clients whatever
they return. API Gateway does so only where a route asks for it, and says that a function has failed. A function that
refuses a connection chooses the status of the handshake, for which the emulator has 403 alone.
"""

from __future__ import annotations

import asyncio
import json
from contextvars import ContextVar
from typing import Any

from pkgops.local.hooks.distributions import PORT
from pkgops.local.hooks.patch import require, wrap
from pkgops.local.hooks.types import Types
from pkgops.local.polyfills.apigateway.rest_permission import allowed

AFTER = ("lambda_.execution",)
_LONGEST = 29.0  # seconds an integration may take
_LARGEST = 128 * 1024  # bytes of a message, either way
_TOO_BIG = 1009  # the code of a closed connection
_LIFE = ("$connect", "$disconnect")
# What a function that failed is told apart by: its handler may well return a 500.
_FAILED = object()
# Where the function of $connect leaves the status it has refused the connection with that is being made.
_REFUSAL: ContextVar[list[int]] = ContextVar("refusal")


def install(_: Types) -> None:
    """Replaces the way to the function, and limits what goes either way."""
    from ministack.core import lambda_runtime
    from ministack.services import apigateway, lambda_svc

    require(lambda_svc, "_execution_record_for_config", "_execute_function_with_config_scope")
    require(lambda_svc, "_resolve_name_and_qualifier")
    require(apigateway, "_apis", "_integrations", "_extract_lambda_ref_from_integration_uri")
    wrap(lambda_runtime, "get_or_create_worker", lambda _: _Function)
    wrap(apigateway, "_evaluate_route_selection", _selected)
    wrap(apigateway, "_match_ws_route", _matched)
    wrap(apigateway, "_ws_request_context", _reachable)
    wrap(apigateway, "_invoke_ws_lambda", _invoked)
    wrap(apigateway, "handle_websocket", _limited)
    wrap(apigateway, "handle_connections_api", _limited_posts)


class _Function:
    """What the emulator takes for a worker of the function: the way every other invocation goes."""

    def __init__(self, _name: str, config: dict[str, Any], code: bytes, qualifier: str = "") -> None:
        del qualifier  # the configuration is that version's
        self._config, self._code = config, code

    def invoke(self, event: dict[str, Any], _request_id: str) -> dict[str, Any]:
        """The handler's result, or that there is none."""
        from ministack.services import lambda_svc

        record = lambda_svc._execution_record_for_config({"code_zip": self._code}, self._config)
        result = lambda_svc._execute_function_with_config_scope(record, event)
        if result.get("error") or result.get("throttle"):
            return {"status": "error", "error": _FAILED}
        return {"status": "ok", "result": result.get("body")}


def _selected(original: Any) -> Any:
    """Messages nested too deeply to be read, and those that name the beginning or end of a connection, are for
    ``$default``."""

    def select(expression: str, text: str) -> str:
        try:
            key: str = original(expression, text)
        except RecursionError:
            return "$default"
        return "$default" if key in _LIFE else key

    return select


def _matched(original: Any) -> Any:
    """The beginning and the end of a connection go to their own routes, never to ``$default``."""

    def match(api: str, key: str) -> Any:
        found = original(api, key)
        return None if found and key in _LIFE and found.get("routeKey") != key else found

    return match


def _reachable(original: Any) -> Any:
    """What is stored of an event leads to the connection as on AWS: ``https://{domainName}/{stage}`` is the port of the
    API (see `pkgops.local.server.socket_ports`). One without a port keeps the emulator's name for it."""
    from ministack.services import apigateway

    def context(api: str, *others: Any, **named: Any) -> dict[str, Any]:
        made: dict[str, Any] = original(api, *others, **named)
        port = (apigateway._apis.get(api) or {}).get(PORT)
        return made | ({"domainName": f"127.0.0.1:{port}"} if port else {})

    return context


def _invoked(original: Any) -> Any:
    async def invoke(
        api: str,
        account: str,
        region: str,
        route: dict[str, Any],
        stage: str,
        connection: str,
        *others: Any,
        **named: Any,
    ) -> Any:
        kind, request = others[0], others[1]
        source = f"arn:aws:execute-api:{region}:{account}:{api}/{stage}/{route['routeKey']}"
        answer: Any = {"body": _FAILED}
        if allowed(_function(api, route), source, account):
            call = original(api, account, region, route, stage, connection, *others, **named)
            answer = await _in_time(call)
        failed = isinstance(answer, dict) and answer.get("body") in (_FAILED, _LATE)
        if kind != "MESSAGE":
            done = {"statusCode": 502} if failed else answer if isinstance(answer, dict) else {"statusCode": 200}
            if kind == "CONNECT":
                _refuse(done)
            return done
        if failed:
            said = {"message": _WORDS[answer["body"]], "connectionId": connection, "requestId": request}
            return {"body": json.dumps(said)}
        return answer if isinstance(answer, dict) and route.get("routeResponseSelectionExpression") else None

    return invoke


def _refuse(answer: dict[str, Any]) -> None:
    status = int(answer.get("statusCode", 200))
    if not 200 <= status < 300:
        _REFUSAL.get().append(status if 300 <= status < 600 else 502)


_LATE = object()
_WORDS = {_FAILED: "Internal server error", _LATE: "Endpoint request timed out"}


async def _in_time(call: Any) -> Any:
    """The outcome; the function of one that takes too long goes on, as its client is told."""
    running = asyncio.ensure_future(call)
    done, _ = await asyncio.wait({running}, timeout=_LONGEST)
    if done:
        return running.result()
    running.add_done_callback(lambda late: late.exception())
    return {"body": _LATE}


def _function(api: str, route: dict[str, Any]) -> str:
    """The function of a route, "" if its integration is none."""
    from ministack.services import apigateway

    integration = apigateway._integrations.get(api, {}).get(route.get("target", "").rpartition("/")[2]) or {}
    reference: str = apigateway._extract_lambda_ref_from_integration_uri(integration.get("integrationUri", ""))
    return reference


def _limited(original: Any) -> Any:
    """A message that is too long ends its connection, and one that a function refuses has the status it says."""

    async def handle(scope: Any, receive: Any, send: Any, *others: Any, **named: Any) -> None:
        refusal: list[int] = []
        _REFUSAL.set(refusal)

        async def told(message: Any) -> None:
            if refusal and message["type"] == "websocket.close":
                await send({"type": "websocket.http.response.start", "status": refusal[0], "headers": []})
                await send({"type": "websocket.http.response.body", "body": b""})
            else:
                await send(message)

        async def bounded() -> Any:
            message = await receive()
            content = message.get("text") or message.get("bytes") or b""
            if len(content.encode() if isinstance(content, str) else content) <= _LARGEST:
                return message
            await send({"type": "websocket.close", "code": _TOO_BIG})
            return {"type": "websocket.disconnect", "code": _TOO_BIG}

        await original(scope, bounded, told, *others, **named)

    return handle


def _limited_posts(original: Any) -> Any:
    async def handle(method: str, api: str, stage: str, connection: str, body: bytes, headers: Any) -> Any:
        if method == "POST" and len(body) > _LARGEST:
            kind = {"Content-Type": "application/json", "x-amzn-ErrorType": "PayloadTooLargeException"}
            return 413, kind, json.dumps({"message": "Message exceeds maximum size"}).encode()
        return await original(method, api, stage, connection, body, headers)

    return handle
