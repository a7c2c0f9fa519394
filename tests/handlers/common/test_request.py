"""Requests are read whatever API Gateway leaves out or changes."""

from __future__ import annotations

import base64
import uuid

import pytest

from handlers.common.request import Request
from tests.handlers.gateway import proxy_event


def test_everything_may_be_absent_or_null() -> None:
    for event in ({}, dict.fromkeys(proxy_event()), {"requestContext": {"identity": None}}):
        request = Request(event)
        assert (request.path, request.query, request.source_ip) == ({}, {}, "unknown")
        assert request.header("x-api-key") == ""
        assert request.json() is None
        assert uuid.UUID(request.id)


@pytest.mark.parametrize("sent", ["X-API-Key", "x-api-key", "X-Api-KEY"])
def test_header_names_have_no_case(sent: str) -> None:
    assert Request({"headers": {sent: "pw_x"}}).header("X-API-Key") == "pw_x"


def test_the_request_id_is_the_gateways_then_the_clients() -> None:
    event = {"headers": {"X-Request-Id": "mine" * 100}}
    assert Request({**event, "requestContext": {"requestId": "gateways"}}).id == "gateways"
    assert Request(event).id == ("mine" * 100)[:128]


def test_forwarded_addresses_are_not_believed() -> None:
    event = proxy_event(headers={"X-Forwarded-For": "10.0.0.1"}, source_ip="203.0.113.9")
    assert Request(event).source_ip == "203.0.113.9"


def test_bodies_may_be_base64() -> None:
    body = base64.b64encode('{"name":"é"}'.encode()).decode()
    assert Request({"body": body, "isBase64Encoded": True}).json() == {"name": "é"}


@pytest.mark.parametrize(
    ("body", "encoded"),
    [("{", False), ("[" * 100_000, False), ("!!", True), (base64.b64encode(b"\xff").decode(), True)],
)
def test_what_is_not_json_is_a_value_error(body: str, encoded: bool) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any of its subclasses
        Request({"body": body, "isBase64Encoded": encoded}).json()
