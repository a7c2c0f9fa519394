"""Requests are read whatever API Gateway leaves out or changes."""

from __future__ import annotations

import base64
import uuid

import pytest

from handlers.common.web.request import Request
from tests.handlers.gateway import http_event, proxy_event


def test_everything_may_be_absent_or_null() -> None:
    empty_parts = {"requestContext": {"identity": None, "http": None, "authorizer": None}}
    absent = ({}, dict.fromkeys(proxy_event()), dict.fromkeys(http_event("GET /x")))
    for event in (*absent, empty_parts, {"routeKey": None, **empty_parts}):
        request = Request(event)
        assert (request.path, request.query, request.source_ip) == ({}, {}, "unknown")
        assert (request.method, request.route, request.claims) == ("", "- -", {})
        assert request.header("x-api-key") == ""
        assert request.json() is None
        assert uuid.UUID(request.id)


def test_a_rest_apis_event() -> None:
    event = proxy_event(
        "POST", "/b/{id}", path={"id": "a"}, query={"q": "1,2"}, headers={"Cookie": "a=1; b=2"}, body="x"
    )
    event["requestContext"]["authorizer"] = {"claims": {"sub": "s", "scopes": None}}
    request = Request(event)
    assert (request.method, request.route, request.id) == ("POST", "POST /b/{id}", "request-1")
    assert (request.path, request.query, request.body()) == ({"id": "a"}, {"q": "1,2"}, b"x")
    assert (request.source_ip, request.cookie("b"), request.claims) == ("203.0.113.7", "2", {"sub": "s"})


def test_an_http_apis_event() -> None:
    event = http_event(
        "GET /b/{id}",
        path={"id": "a%25b é"},
        query={"q": "1,2"},
        headers={"X-User-Id": "u"},
        body=b"\xff",
        claims={"sub": "s"},
    )
    request = Request({**event, "cookies": ["a=1", "b=2"]})
    assert (request.path, request.query) == ({"id": "a%b é"}, {"q": "1,2"})
    assert (request.method, request.route, request.id) == ("GET", "GET /b/{id}", "request-1")
    assert (request.source_ip, request.claims, request.body()) == ("203.0.113.7", {"sub": "s"}, b"\xff")
    assert (request.header("x-user-id"), request.cookie("b")) == ("u", "2")


@pytest.mark.parametrize("authorizer", [{}, {"jwt": None}, {"jwt": {"claims": None}}, {"lambda": {"sub": "s"}}])
def test_there_are_no_claims_without_a_checked_token(authorizer: dict[str, object]) -> None:
    context = {"requestContext": {"authorizer": authorizer}}
    assert Request({"routeKey": "GET /x", **context}).claims == {}
    assert Request(context).claims == {}


@pytest.mark.parametrize("sent", ["X-API-Key", "x-api-key", "X-Api-KEY"])
def test_header_names_are_case_insensitive(sent: str) -> None:
    assert Request({"headers": {sent: "pw_x"}}).header("X-API-Key") == "pw_x"


def test_the_request_id_is_the_gateways_then_the_clients() -> None:
    event = {"headers": {"X-Request-Id": "mine" * 100}}
    assert Request({**event, "requestContext": {"requestId": "gateways"}}).id == "gateways"
    assert Request(event).id == ("mine" * 100)[:128]


def test_forwarded_addresses_are_ignored() -> None:
    event = proxy_event(headers={"X-Forwarded-For": "10.0.0.1"}, source_ip="203.0.113.9")
    assert Request(event).source_ip == "203.0.113.9"


def test_bodies_may_be_base64() -> None:
    body = base64.b64encode('{"name":"é"}'.encode()).decode()
    assert Request({"body": body, "isBase64Encoded": True}).json() == {"name": "é"}


@pytest.mark.parametrize(
    ("body", "encoded"),
    [("{", False), ("[" * 100_000, False), ("!!", True), (base64.b64encode(b"\xff").decode(), True)],
)
def test_invalid_json_is_a_value_error(body: str, encoded: bool) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any of its subclasses
        Request({"body": body, "isBase64Encoded": encoded}).json()
