"""API Gateway's side of a proxy integration: the event a function gets from a REST or an HTTP API, its response."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Context:
    """What handlers use of Lambda's context object."""

    function_name: str = "pkgwatch-api-test"
    aws_request_id: str = "11111111-2222-3333-4444-555555555555"
    remaining: int = 30_000

    def get_remaining_time_in_millis(self) -> int:
        return self.remaining


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        assert self.headers["Content-Type"] == "application/json"
        return json.loads(self.text)

    @property
    def code(self) -> str:
        return str(self.json["error"]["code"])


def proxy_event(
    method: str = "GET",
    resource: str = "",
    *,
    path: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    body: str | None = None,
    source_ip: str = "203.0.113.7",
) -> dict[str, Any]:
    """A REST proxy event; parts that were not sent are null, as API Gateway leaves them. Without a ``resource`` it is
    that of the first route of the method which the called function has."""
    return {
        "httpMethod": method,
        "resource": resource,
        "path": resource,
        "headers": dict(headers) if headers else None,
        "pathParameters": dict(path) if path else None,
        "queryStringParameters": dict(query) if query else None,
        "body": body,
        "isBase64Encoded": False,
        "requestContext": {"requestId": "request-1", "identity": {"sourceIp": source_ip}},
    }


def http_event(
    route: str,
    *,
    path: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    body: str | bytes | None = None,
    claims: Mapping[str, str] | None = None,
    source_ip: str = "203.0.113.7",
) -> dict[str, Any]:
    """An HTTP API's event (payload format 2.0); parts that were not sent are absent, as the gateway leaves them."""
    method, _, resource = route.partition(" ")
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": route,
        "rawPath": resource,
        "rawQueryString": "",
        "headers": dict(headers or {}),
        "requestContext": {
            "http": {"method": method, "path": resource, "sourceIp": source_ip},
            "requestId": "request-1",
            "routeKey": route,
        },
        "isBase64Encoded": isinstance(body, bytes),
    }
    if path:
        event["pathParameters"] = dict(path)
    if query:
        event["queryStringParameters"] = dict(query)
    if body is not None:
        event["body"] = base64.b64encode(body).decode() if isinstance(body, bytes) else body
    if claims is not None:
        event["requestContext"]["authorizer"] = {"jwt": {"claims": dict(claims), "scopes": None}}
    return event


def call(handler: Any, event: Mapping[str, Any]) -> Answer:
    """Invokes a handler as Lambda would: what goes in and out is JSON."""
    if event.get("resource") == "":
        event = {**event, "resource": _resource(handler, event["httpMethod"])}
    answer = json.loads(json.dumps(handler(json.loads(json.dumps(event)), Context())))
    assert all(isinstance(value, str) for value in answer["headers"].values())
    return Answer(answer["statusCode"], answer["headers"], answer["body"])


def _resource(handler: Any, method: str) -> str:
    routes = [route.partition(" ") for route in handler.__globals__.get("ROUTES", ())]
    return next((resource for known, _, resource in routes if known == method), "/")
