"""Events of payload format 2.0 are read whatever the gateway leaves out."""

from __future__ import annotations

import pytest

from handlers.common.http_api import claims, request, route_key
from tests.handlers.kefir.kefir_api import http_event


def test_everything_may_be_absent_or_null() -> None:
    full = http_event("GET /x")
    for event in ({}, dict.fromkeys(full), {"requestContext": {"http": None, "authorizer": None}}):
        got = request(event)
        assert (got.path, got.query, got.source_ip, got.method, got.json()) == ({}, {}, "unknown", "", None)
        assert (route_key(event), claims(event)) == ("", {})


def test_what_is_there() -> None:
    event = http_event(
        "GET /b/{id}",
        path={"id": "a%25b é"},
        query={"q": "1,2"},
        headers={"X-User-Id": "u"},
        body=b"\xff",
        claims={"sub": "s"},
    )
    got = request({**event, "cookies": ["a=1", "b=2"]})
    assert (got.path, got.query) == ({"id": "a%b é"}, {"q": "1,2"})
    assert (got.method, got.route, got.id) == ("GET", "GET /b/{id}", "request-1")
    assert (got.source_ip, got.header("x-user-id"), got.cookie("b"), got.body()) == ("203.0.113.7", "u", "2", b"\xff")
    assert (route_key(event), claims(event)) == ("GET /b/{id}", {"sub": "s"})


@pytest.mark.parametrize("authorizer", [{}, {"jwt": None}, {"jwt": {"claims": None}}, {"lambda": {"sub": "s"}}])
def test_nobody_has_checked_a_token(authorizer: dict[str, object]) -> None:
    assert claims({"requestContext": {"authorizer": authorizer}}) == {}
