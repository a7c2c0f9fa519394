"""The WebSocket API: who is registered, what is answered, and connections that have ended."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from handlers.keyvex.websocket.websocket_handler import handler
from tests.handlers.gateway import Context
from tests.handlers.keyvex.conftest import World
from tests.handlers.keyvex.fixtures.sockets import Sockets, sockets


@pytest.fixture
def clients(world: World, patched: pytest.MonkeyPatch) -> Iterator[Sockets]:
    """The management endpoint that the functions are led to."""
    with sockets() as seen:
        patched.setenv("WEBSOCKET_CALLBACK_URL", seen.url)
        yield seen


def call(route: str, connection: str = "c-1", **event: Any) -> tuple[int, str]:
    context = {"routeKey": route, "connectionId": connection, "domainName": "api.example.com", "stage": "dev"}
    answer = handler({"requestContext": context, "isBase64Encoded": False, **event}, Context())
    return answer["statusCode"], answer["body"]


def connect(connection: str, **query: str) -> tuple[int, str]:
    return call("$connect", connection, queryStringParameters=query)


def said(connection: str, frame: Any) -> tuple[int, str]:
    return call("$default", connection, body=frame if isinstance(frame, str) else json.dumps(frame))


def test_a_connection_is_registered_as_the_app_reads_it(world: World) -> None:
    connection, user = world.name("c"), world.name("user")
    assert connect(connection, userId=user) == (200, "Connected")
    (item,) = world.items(f"CONNECTION#{connection}")
    connected = datetime.fromisoformat(item["connectedAt"])
    assert item["connectedAt"].endswith("Z")
    assert abs((datetime.now(UTC) - connected).total_seconds()) < 60
    assert item == {
        "PK": f"CONNECTION#{connection}",
        "SK": f"USER#{user}",
        "GSI1PK": f"USER#{user}",
        "GSI1SK": f"CONNECTION#{connection}",
        "entityType": "CONNECTION",
        "connectionId": connection,
        "userId": user,
        "jobId": None,
        "connectedAt": item["connectedAt"],
        "ttl": int(connected.timestamp()) + 7200,
        "domainName": "api.example.com",
        "stage": "dev",
        "createdAt": int(connected.timestamp() * 1000),
        "updatedAt": item["createdAt"],
        "version": 1,
        "metadata": {},
    }


def test_a_connection_may_belong_to_a_job_and_live_as_long_as_is_set(world: World, patched: pytest.MonkeyPatch) -> None:
    patched.setenv("CONNECTION_TTL_SECONDS", "60")
    connection = world.name("c")
    connect(connection, userId="u", jobId="job-7")
    (item,) = world.items(f"CONNECTION#{connection}")
    assert item["jobId"] == "job-7"
    assert 0 < item["ttl"] - time.time() <= 60


@pytest.mark.parametrize("query", [None, {}, {"userId": ""}, {"jobId": "job-7"}])
def test_without_a_user_the_handshake_is_refused(world: World, query: Any) -> None:
    connection = world.name("c")
    assert call("$connect", connection, queryStringParameters=query) == (400, "Missing userId")
    assert not world.items(f"CONNECTION#{connection}")


def test_a_user_whom_no_message_can_name_is_refused(world: World) -> None:
    assert connect(world.name("c"), userId="u" * 257) == (400, "Invalid userId")
    assert connect(world.name("c"), userId="u" * 256) == (200, "Connected")


def test_a_connection_that_ends_is_forgotten(world: World) -> None:
    connection, other = world.name("c"), world.name("c")
    connect(connection, userId="u")
    connect(other, userId="u")
    assert call("$disconnect", connection) == (200, "Disconnected")
    assert call("$disconnect", connection) == (200, "Disconnected")
    assert not world.items(f"CONNECTION#{connection}")
    assert world.items(f"CONNECTION#{other}")


def test_what_fails_when_a_connection_ends_is_only_logged(
    world: World, patched: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    patched.setenv("DYNAMODB_TABLE_NAME", "no-such-table")
    assert call("$disconnect") == (200, "Disconnected")
    assert connect("c", userId="u") == (500, "Internal server error")
    assert "ResourceNotFoundException" in caplog.text


@pytest.mark.parametrize(
    ("frame", "kind"),
    [
        ({"type": "ping", "timestamp": 1_750_000_000_000}, "pong"),
        ({"type": "test", "message": "hi"}, "echo"),
        ({"type": "request_progress", "jobId": "j"}, "echo"),
        ([1, {"a": "ü"}], "echo"),
        ("", "echo"),
    ],
)
def test_what_clients_say_is_answered(clients: Sockets, frame: Any, kind: str) -> None:
    assert said("c-2", frame) == (200, "Message sent")
    (reply,) = clients.frames["c-2"]
    assert reply["type"] == kind
    assert datetime.fromisoformat(reply["timestamp"])
    expected = {"type", "timestamp"} if kind == "pong" else {"type", "message", "timestamp"}
    assert reply.keys() == expected
    assert reply.get("message") == (None if kind == "pong" else frame or {})


def test_a_pong_is_not_answered(clients: Sockets) -> None:
    assert said("c-3", {"type": "pong", "timestamp": 1}) == (200, "Message sent")
    assert not clients.frames


@pytest.mark.parametrize("frame", ["{broken", '{"a": NaN}', "[" * 100_000])
def test_what_is_no_json_is_an_error_for_its_sender(clients: Sockets, frame: str) -> None:
    assert said("c-4", frame) == (400, "Invalid JSON")
    (reply,) = clients.frames["c-4"]
    assert (reply["type"], reply["error"]) == ("error", "Invalid JSON")


def test_binary_frames_are_read(clients: Sockets) -> None:
    body = base64.b64encode(b'{"type": "ping"}').decode()
    assert call("$default", "c-5", body=body, isBase64Encoded=True) == (200, "Message sent")
    assert clients.frames["c-5"][0]["type"] == "pong"
    assert call("$default", "c-5", body=base64.b64encode(b"\xff").decode(), isBase64Encoded=True)[0] == 400


def test_a_sender_that_has_gone_is_forgotten_and_one_that_is_slow_is_not(world: World, clients: Sockets) -> None:
    gone, busy = world.name("c"), world.name("c")
    for connection, status in ((gone, 410), (busy, 429)):
        connect(connection, userId="u")
        clients.statuses[connection] = status
    assert said(gone, {"type": "ping"}) == (200, "Message sent")
    assert said(busy, {"type": "ping"}) == (500, "Internal server error")
    assert not world.items(f"CONNECTION#{gone}")
    assert world.items(f"CONNECTION#{busy}")


def test_other_routes_are_unknown(world: World) -> None:
    assert call("subscribe") == (400, "Unknown route")


def test_an_event_that_is_none_of_a_websocket_api_is_an_error() -> None:
    assert handler({}, Context()) == {"statusCode": 500, "body": "Internal server error"}
