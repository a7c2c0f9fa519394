"""One HTTP request to a service that is well, slow, broken, or not there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from companions.common.faults import Fault
from companions.common.server import Answer, Request, Service, StandIn, document, serving
from handlers.common.http import HttpClient, NoResponse, Response
from pkgops.local.companion import listen


class Mirror(Service):
    """Answers with what it was asked."""

    methods = frozenset({"GET", "POST"})

    def answer(self, request: Request) -> Answer:
        return document({"method": request.method, "body": request.body.decode(), "key": request.headers.get("x-key")})


@pytest.fixture(scope="module")
def mirror() -> Iterator[StandIn]:
    with serving(StandIn(listen(), Mirror()), 0.01) as server:
        yield server


@pytest.fixture
def client(mirror: StandIn) -> HttpClient:
    mirror.forget()
    return HttpClient(max_bytes=200_000)


def failure(client: HttpClient, url: str, seconds: float = 5) -> tuple[str, bool, bool]:
    """The reason, whether it is worth another attempt, and whether the service may have got the request."""
    with pytest.raises(NoResponse) as caught:
        client.request("POST", url, seconds)
    return caught.value.reason, caught.value.retryable, caught.value.sent


def test_a_request_and_its_response(mirror: StandIn, client: HttpClient) -> None:
    response = client.request("POST", mirror.url, 5, {"X-Key": "k"}, b"text")
    assert response.status == 200
    assert response.body == b'{"method": "POST", "body": "text", "key": "k"}'
    assert response.headers["content-type"] == "application/json"
    mirror.faults.add(Fault("/", status=418))
    assert client.request("GET", mirror.url, 5).status == 418


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"kind": "closed"}, ("connection_error", True, True)),
        ({"kind": "truncated"}, ("connection_error", True, True)),
        ({"kind": "endless"}, ("response_too_large", False, True)),
        ({"kind": "drip"}, ("timeout", True, True)),  # each byte is in time, all of them are not
        ({"seconds": 0.5}, ("timeout", True, True)),
    ],
)
def test_a_service_that_does_not_answer(
    mirror: StandIn, client: HttpClient, fault: Mapping[str, Any], expected: tuple[str, bool, bool]
) -> None:
    mirror.faults.add(Fault("/", **fault))
    assert failure(client, mirror.url, 5 if fault.get("kind") == "endless" else 0.2) == expected


@pytest.mark.parametrize(
    ("url", "retryable"),
    [
        ("http://127.0.0.1:9/", True),
        ("ftp://127.0.0.1/", False),
        ("http://127.0.0.1:99999/", False),
        ("http://127.0.0.1:port/", False),
    ],
)
def test_an_address_where_nobody_is(client: HttpClient, url: str, retryable: bool) -> None:
    assert failure(client, url) == ("connection_error", retryable, False)


def test_a_port_out_of_range_is_no_other_port(mirror: StandIn, client: HttpClient) -> None:
    """The C library reads a port modulo 65536, so that another server would answer."""
    port = int(mirror.url.rsplit(":", 1)[1])
    assert failure(client, f"http://127.0.0.1:{port + 65_536}/") == ("connection_error", False, False)
    assert mirror.requests == []


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7),
        ({"retry-after": "0"}, 0),
        ({"retry-after": "1.5", "retry-after-ms": "20"}, 0.02),
        ({"retry-after": "86401"}, 86_400),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "9" * 400}, None),
        ({"retry-after": "Wed, 21 Oct 2065 07:28:00 GMT"}, None),
        ({"retry-after": "7", "retry-after-ms": "soon"}, 7),
    ],
)
def test_how_long_a_service_wants_to_be_left_alone(headers: Mapping[str, str], seconds: float | None) -> None:
    assert Response(429, headers, b"").retry_after == seconds
