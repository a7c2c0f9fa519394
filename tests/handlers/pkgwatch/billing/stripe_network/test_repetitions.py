"""Stripe's SDK over the client it is given, when the network or Stripe fails: what is repeated, with which key."""

from __future__ import annotations

import socket

import pytest
import stripe as sdk

from handlers.pkgwatch.billing.stripe_sdk import Urllib3Client
from tests.handlers.pkgwatch.fixtures.scripted_server import (
    ScriptedServer,
    Step,
    answer,
    reset_at_once,
    reset_when_asked,
    silent,
)
from tests.handlers.pkgwatch.fixtures.stripe_calls import SESSION, at, buy, client, failed, look

AUTHORITIES = sdk.ca_bundle_path


@pytest.mark.parametrize(
    "fault", [reset_at_once, reset_when_asked, silent, answer(content=b"", headers={"Content-Length": "9"}, ends=True)]
)
def test_a_request_that_the_network_lost_is_repeated_with_its_key(server: ScriptedServer, fault: Step) -> None:
    server.steps = [fault, answer(content=SESSION)]
    assert buy(client(at(server), read=0.5 if fault is silent else 20)) == SESSION["url"]
    keys = {one.headers["idempotency-key"] for one in server.requests}
    assert len(keys) == 1
    assert [one.method for one in server.requests] == ["POST"] * (1 if fault is reset_at_once else 2)
    assert server.connections == 2


@pytest.mark.parametrize("fault", [reset_at_once, reset_when_asked, silent])
def test_a_request_is_repeated_once(server: ScriptedServer, fault: Step) -> None:
    server.steps = [fault]
    error = failed(client(at(server), read=0.2 if fault is silent else 20))
    assert error.should_retry
    assert server.connections == 2


def test_two_requests_have_two_keys(server: ScriptedServer) -> None:
    server.steps = [answer(content=SESSION)]
    stripe = client(at(server))
    buy(stripe)
    buy(stripe)
    assert len({one.headers["idempotency-key"] for one in server.requests}) == 2
    assert server.connections == 1


def test_who_takes_no_connection_is_given_up() -> None:
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for one in (first, second):  # a queue of none has room for one, and the next is left without an answer
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        error = failed(client(f"http://127.0.0.1:{full.getsockname()[1]}", connect=0.2))
    assert error.should_retry
    assert "ConnectTimeoutError" in str(error)


def test_where_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    error = failed(client(f"http://127.0.0.1:{port}"))
    assert error.should_retry
    assert "NewConnectionError" in str(error)


def test_a_certificate_that_is_known(secure: ScriptedServer) -> None:
    secure.steps = [answer(content=SESSION)]
    assert buy(client(f"https://localhost:{secure.port}")) == SESSION["url"]


def test_a_certificate_of_another_name_gets_no_request_and_no_second_try(secure: ScriptedServer) -> None:
    refuses(secure, "127.1")  # which is 127.0.0.1, and no name in the certificate


def test_a_certificate_that_nobody_signed_gets_no_request_and_no_second_try(
    secure: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sdk, "ca_bundle_path", AUTHORITIES)
    refuses(secure, "localhost")


def refuses(secure: ScriptedServer, name: str) -> None:
    """The client refuses the server of that name."""
    error = failed(client(f"https://{name}:{secure.port}"))
    assert not error.should_retry
    assert "SSLError" in str(error)
    assert (secure.requests, secure.connections) == ([], 1)


def test_a_kept_connection_that_stripe_ended_is_replaced(server: ScriptedServer) -> None:
    server.steps = [answer(content=SESSION, ends=True), answer(content=SESSION)]
    stripe = client(at(server))
    assert (buy(stripe), buy(stripe)) == (SESSION["url"],) * 2
    assert len(server.requests) == server.connections == 2


def test_a_kept_connection_that_ends_with_the_next_request_is_replaced(server: ScriptedServer) -> None:
    server.steps = [answer(content=SESSION), reset_when_asked, answer(content=SESSION)]
    stripe = client(at(server))
    assert (buy(stripe), buy(stripe)) == (SESSION["url"],) * 2
    first, lost, repeated = (one.headers["idempotency-key"] for one in server.requests)
    assert lost == repeated != first


@pytest.mark.parametrize("status", [200, 204, 502])
def test_a_response_without_content_is_an_error_of_stripe(server: ScriptedServer, status: int) -> None:
    server.steps = [answer(status, b"")]
    with pytest.raises(sdk.APIError) as caught:
        look(client(at(server)))
    assert caught.value.http_status == status


@pytest.mark.parametrize(
    ("status", "said", "requests", "kind"),
    [
        (429, None, 1, sdk.RateLimitError),
        (429, "true", 2, sdk.RateLimitError),
        (500, None, 2, sdk.APIError),
        (500, "false", 1, sdk.APIError),
        (409, None, 2, sdk.APIError),
        (409, "false", 1, sdk.APIError),
        (402, None, 1, sdk.CardError),
        (302, None, 1, sdk.APIError),
    ],
)
def test_what_stripe_says_of_a_repetition_holds(
    server: ScriptedServer, status: int, said: str | None, requests: int, kind: type[sdk.StripeError]
) -> None:
    content = {"error": {"message": "No.", "code": "no", "type": "card_error"}}
    # As HTTP has it, the names' letters are any.
    headers = {"Retry-After": "1", "Location": "/elsewhere"} | ({"STRIPE-Should-Retry": said} if said else {})
    server.steps = [answer(status, content, headers)]
    with pytest.raises(kind) as caught:
        buy(client(at(server)))
    assert (caught.value.http_status, caught.value.request_id) == (status, "req_1")
    assert len(server.requests) == requests
    assert len({one.headers["idempotency-key"] for one in server.requests}) == 1
    assert {one.target for one in server.requests} == {"/v1/billing_portal/sessions"}


@pytest.mark.parametrize("body", ["name=Zoë", "name=Zoë".encode(), ""])
def test_a_body_is_text_or_bytes(server: ScriptedServer, body: str | bytes) -> None:
    http = Urllib3Client(20, 20)
    content, status, headers = http.request("post", at(server), {"Content-Type": "text/plain"}, body)
    assert (content, status) == (b'{"id": "x_1", "object": "x"}', 200)
    assert headers["request-ID"] == headers.get("REQUEST-ID") == "req_1"
    assert "rEQUEST-iD" in headers
    request = server.requests[0]
    assert request.body == (body.encode() if isinstance(body, str) else body)
    assert request.headers["content-length"] == str(len(request.body))
    http.close()
