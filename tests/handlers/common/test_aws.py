"""Clients: their retries, and the response of DynamoDB they return."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest

from handlers.common import aws, sdk
from handlers.common.aws import ServiceError
from handlers.common.dynamodb import Table


class Throttled(BaseHTTPRequestHandler):
    """DynamoDB under load: throttles ``refusals`` calls with ``code``, then responds."""

    protocol_version = "HTTP/1.1"
    refusals: ClassVar[int] = 0
    calls: ClassVar[int] = 0
    code: ClassVar[str] = ""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        type(self).calls += 1
        refused = self.calls <= self.refusals
        body = f'{{"__type":"x#{self.code}"}}'.encode() if refused else b'{"Item":{"pk":{"S":"a"},"n":{"N":"1.5"}}}'
        self.send_response((500 if self.code == "InternalServerError" else 400) if refused else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Throttled)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def ask(environment: pytest.MonkeyPatch, address: str, attempts: int) -> Any:
    with environment.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", address)
        client = sdk.create("dynamodb", attempts, 5, "")
    try:
        return Table(client, "any-table").get(("a", "b"))
    finally:
        client.close()


@pytest.mark.parametrize(
    "code",
    [
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ThrottlingException",
        "InternalServerError",
        "TransactionConflictException",
    ],
)
def test_transient_errors_are_retried_after_doubling_delays(
    environment: pytest.MonkeyPatch, address: str, code: str
) -> None:
    Throttled.calls, Throttled.refusals, Throttled.code = 0, 2, code
    started = time.monotonic()
    assert ask(environment, address, 3) == {"pk": "a", "n": 1.5}
    assert Throttled.calls == 3
    assert time.monotonic() - started >= 0.3


@pytest.mark.parametrize(("code", "calls"), [("ThrottlingException", 2), ("InternalServerError", 2), ("Other", 1)])
def test_a_call_is_not_attempted_more_often_than_allowed(
    environment: pytest.MonkeyPatch, address: str, code: str, calls: int
) -> None:
    Throttled.calls, Throttled.refusals, Throttled.code = 0, 9, code
    with pytest.raises(ServiceError):
        ask(environment, address, 2)
    assert Throttled.calls == calls


def test_a_client_is_created_once(environment: pytest.MonkeyPatch, at_once: Any) -> None:
    assert len({id(client) for client in at_once(lambda _: aws.client("sqs", 2), 8)}) == 1


def test_a_client_is_prepared_only_where_a_function_is_initialized(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aws, "_CLIENTS", {})
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    monkeypatch.delenv("AWS_LAMBDA_INITIALIZATION_TYPE", raising=False)
    aws.prepare("dynamodb")
    assert not aws._CLIENTS
    monkeypatch.setenv("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand")
    aws.prepare("dynamodb")
    assert list(aws._CLIENTS.values()) == [aws.client("dynamodb")]


def test_garbage_is_not_looked_for_in_what_a_client_is_made_of() -> None:
    program = """
import gc
from handlers.common.aws import client
collected = []
gc.callbacks.append(lambda phase, info: collected.append(info["generation"]))
client("dynamodb")
made = list(collected)
gc.collect()
print(made, gc.isenabled(), gc.get_freeze_count() > 10_000, len(gc.get_objects()) < 1_000)
"""
    environment = {"AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "any", "AWS_SECRET_ACCESS_KEY": "any"}
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment)
    assert ran.stdout.strip() == "[] True True True"


def test_a_function_that_starts_from_a_snapshot_has_random_numbers_of_its_own() -> None:
    program = """
import random, sys, types
hooks = []
sys.modules["snapshot_restore_py"] = types.SimpleNamespace(register_after_restore=hooks.append)
import handlers.common.aws
random.seed(1)
taken = random.getstate()
for hook in hooks:
    hook()
print(random.getstate() != taken)
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "True"
