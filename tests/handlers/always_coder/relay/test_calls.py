"""How many calls a frame takes. An envelope: two reads, a post for each receiver, and of a terminal one write."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from handlers.always_coder.runtime.settings import settings
from handlers.always_coder.socket import message
from handlers.common import aws

pytestmark = pytest.mark.emulator

NAMES = {name: f"calls-{name.lower()}" for name in ("CONNECTIONS", "SESSIONS", "MESSAGES")}
KEYS = {"CONNECTIONS": ("connectionId",), "SESSIONS": ("sessionId",), "MESSAGES": ("sessionId", "seq")}
Asked = Counter[str]


class Gateway(ThreadingHTTPServer):
    """A gateway whose connections are all there; it counts what is posted to each."""

    daemon_threads = True

    def __init__(self) -> None:
        self.posts: Counter[str] = Counter()
        super().__init__(("127.0.0.1", 0), _Post)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/prod"


class _Post(BaseHTTPRequestHandler):
    server: Gateway
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.posts[self.path.rpartition("/")[2]] += 1
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def gateway() -> Iterator[Gateway]:
    server = Gateway()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def cached() -> tuple[Any, ...]:
    return (settings,)


@pytest.fixture
def asked(environment: pytest.MonkeyPatch, gateway: Gateway, aws_tables: None) -> Iterator[Asked]:
    """Operations sent to DynamoDB, by name."""
    seen: Asked = Counter()

    def count(event_name: str, **_: Any) -> None:
        seen[event_name.rpartition(".")[2]] += 1

    events = aws.client("dynamodb").meta.events
    events.register("before-send.dynamodb", count)
    yield seen
    events.unregister("before-send.dynamodb", count)


@pytest.fixture(scope="module")
def aws_tables(environment: pytest.MonkeyPatch, gateway: Gateway, emulator: Any) -> None:
    """The system's tables, and its settings."""
    from tests.emulator import client

    for name, keys in KEYS.items():
        environment.setenv(f"{name}_TABLE", NAMES[name])
        kinds = [{"AttributeName": key, "AttributeType": "N" if key == "seq" else "S"} for key in keys]
        schema = [{"AttributeName": key, "KeyType": kind} for key, kind in zip(keys, ("HASH", "RANGE"), strict=False)]
        client(emulator, "dynamodb").create_table(
            TableName=NAMES[name], AttributeDefinitions=kinds, KeySchema=schema, BillingMode="PAY_PER_REQUEST"
        )
    environment.setenv("APIGW_MANAGEMENT_ENDPOINT", gateway.url)
    settings.cache_clear()


@pytest.fixture
def send(asked: Asked, gateway: Gateway) -> Callable[..., tuple[dict[str, int], dict[str, int]]]:
    """Has a frame handled; the calls it took and the posts it led to."""

    def handle(connection: str, **frame: Any) -> tuple[dict[str, int], dict[str, int]]:
        asked.clear()
        gateway.posts.clear()
        context = {"connectionId": connection, "domainName": "x", "stage": "prod", "routeKey": "$default"}
        event = {"requestContext": {**context, "authorizer": {"userId": "anonymous"}}, "body": json.dumps(frame)}
        assert message.handler(event, None)["statusCode"] == 200
        return dict(asked), dict(gateway.posts)

    return handle


def test_an_envelope_takes_two_reads_and_one_post_for_each_receiver(send: Any) -> None:
    named = {"sessionId": "S", "publicKey": "k"}
    sealed = {"version": 1, "sessionId": "S", "nonce": "n", "ciphertext": "c", "timestamp": 1}
    assert send("cli", type="session:create", **named) == ({"PutItem": 2}, {"cli": 1})
    for viewer in ("web1", "web2", "web3"):
        calls, posts = send(viewer, type="session:join", **named)
        assert posts == {"cli": 1, viewer: 1}
        assert sum(calls.values()) <= 4, calls
    assert send("web1", **sealed) == ({"GetItem": 2}, {"cli": 1})
    assert send("cli", **sealed) == ({"GetItem": 2, "PutItem": 1}, {"web1": 1, "web2": 1, "web3": 1})
    assert send("web2", type="ping") == ({}, {"web2": 1})
    assert send("web2", type="unknown") == ({}, {})
