"""What did the client send, and who is it? (API Gateway HTTP API events, payload format 2.0)"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from handlers.common.request import Request


def request(event: Mapping[str, Any]) -> Request:
    """The event as a `Request`; parts may be absent or null. Path parameters are whole: the gateway decodes all
    of them but ``%25``."""
    context = event.get("requestContext") or {}
    http = context.get("http") or {}
    method, _, resource = route_key(event).rpartition(" ")
    path = event.get("pathParameters") or {}
    return Request(
        {
            "httpMethod": http.get("method") or method,
            "resource": resource,
            "headers": _headers(event),
            "pathParameters": {name: str(value).replace("%25", "%") for name, value in path.items()},
            "queryStringParameters": event.get("queryStringParameters"),
            "body": event.get("body"),
            "isBase64Encoded": event.get("isBase64Encoded"),
            "requestContext": {
                "requestId": context.get("requestId"),
                "identity": {"sourceIp": http.get("sourceIp")},
            },
        }
    )


def route_key(event: Mapping[str, Any]) -> str:
    """The route as it was declared, such as ``GET /batches/{id}``; "" if the event does not say."""
    return str(event.get("routeKey") or "")


def claims(event: Mapping[str, Any]) -> Mapping[str, str]:
    """What the token says that the gateway's JWT authorizer has checked; nothing if there was no authorizer."""
    authorizer = (event.get("requestContext") or {}).get("authorizer") or {}
    found = (authorizer.get("jwt") or {}).get("claims") or {}
    return {str(name): str(value) for name, value in found.items() if value is not None}


def _headers(event: Mapping[str, Any]) -> dict[str, Any]:
    headers = dict(event.get("headers") or {})
    cookies = event.get("cookies")
    return {**headers, "cookie": "; ".join(cookies)} if cookies else headers
