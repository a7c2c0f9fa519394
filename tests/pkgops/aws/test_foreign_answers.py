"""Whatever answers in place of AWS, each adapter says one sentence."""

from __future__ import annotations

import inspect
import json
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, get_type_hints

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import pkgops.ports
from pkgops.aws.connection.retry_policy import NO_RETRIES
from pkgops.aws.ports import AwsPorts
from pkgops.errors import AccessError, PkgopsError
from pkgops.model import Stage
from pkgops.ports.identity import TemporaryRole
from pkgops.ports.metrics import MetricQuery
from pkgops.ports.ports import Ports
from pkgops.ports.stacks import ChangeSetRequest
from pkgops.ports.tables import TableQuestion
from pkgops.ports.users import NewUser
from pkgops.ports.websites import WebObject

PORTAL = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>Free wireless network</body></html>"
XHTML = b'<?xml version="1.0"?>\n<html xmlns="http://www.w3.org/1999/xhtml"><body>Sign in</body></html>'
HALF_XML = b'<DescribeStacksResponse xmlns="x"><DescribeStacksResult><Stacks><member><StackName>a'
HALF_JSON = b'{"events": [{"message": "a", "timest'
OTHER = b'{"unexpected": [1, 2, {"nested": null}]}'
BODIES = st.sampled_from([PORTAL, XHTML, HALF_XML, HALF_JSON, OTHER, b"", b"null", b"[]", b'""', b"\xff\xfe<"])


class Imposter:
    """A server that gives every request the same answer."""

    def __init__(self) -> None:
        self.status, self.body, self.kind = 200, b"", "text/html"
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_one_request(self) -> None:
                with suppress(ConnectionError):
                    super().handle_one_request()

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                self.send_response(outer.status)
                self.send_header("Content-Type", outer.kind)
                self.send_header("Content-Length", str(len(outer.body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(outer.body)

            do_GET = do_PUT = do_DELETE = do_HEAD = do_POST  # noqa: N815 - http.server's names

            def log_message(self, format: str, *args: Any) -> None:
                """Nothing is logged."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()


@pytest.fixture(scope="module")
def imposter() -> Iterator[Imposter]:
    one = Imposter()
    yield one
    one.server.shutdown()
    one.server.server_close()
    one.thread.join(10)


@pytest.fixture(scope="module")
def ports(imposter: Imposter) -> AwsPorts:
    return AwsPorts(Stage("local"), f"http://127.0.0.1:{imposter.server.server_address[1]}", NO_RETRIES)


def calls() -> list[tuple[str, str]]:
    """Every method of every port."""
    modules = [import_module(f"pkgops.ports.{found.name}") for found in iter_modules(pkgops.ports.__path__)]
    named = {name: value for module in modules for name, value in vars(module).items()}
    ports = {
        name: get_type_hints(port.fget, named)["return"] for name, port in vars(Ports).items() if type(port) is property
    }
    protocols = [(name, protocol) for name, protocol in ports.items() if getattr(protocol, "_is_protocol", False)]
    return [
        (name, method)
        for name, protocol in protocols
        for method, function in inspect.getmembers(protocol, inspect.isfunction)
        if not method.startswith("_")
    ]


RECORDS: dict[str, Any] = {
    "MetricQuery": [MetricQuery("AWS/SQS", "Sent", (("QueueName", "value"),))],
    "ChangeSetRequest": ChangeSetRequest("stack", True, {}, {}, body="{}"),
    "WebObject": WebObject("0" * 64, "text/html", "no-cache"),
    "TypedItem": {"pk": {"S": "a"}},
    "TableQuestion": TableQuestion((("pk", "=", "a"),)),
    "TemporaryRole": TemporaryRole("arn:aws:iam::123456789012:role/deployer", "external"),
    "NewUser": NewUser("user@example.com", "Correct-1-horse"),
}


def argument(name: str, hint: str) -> Any:
    """A value for a parameter, by its annotation."""
    if "Path" in hint:
        return Path(__file__)
    if "Callable" in hint:
        return lambda *_: None
    if known := next((value for kind, value in RECORDS.items() if kind in hint), None):
        return known
    if "tuple[str, str]" in hint:
        return [("AWS::S3::Bucket", "a-bucket"), ("AWS::DynamoDB::Table", "t"), ("AWS::Lambda::Function", "f")]
    if "ExistingResource" in hint:
        from pkgops.ports.existing import ExistingResource

        return ExistingResource("AWS::S3::Bucket", "a-bucket", "a-bucket")
    if "Mapping" in hint or "dict" in hint:
        return [{"pk": "a"}] if hint.startswith(("Sequence", "Iterable")) else {"pk": "a"}
    if "Sequence" in hint:
        return ["value"]
    return {"int": 1, "bytes": b"{}", "bool": True, "int | None": 2}.get(hint, "value")


def call(ports: AwsPorts, port: str, method: str) -> Any:
    function = getattr(getattr(ports, port), method)
    parameters = inspect.signature(function).parameters.values()
    given = {one.name: argument(one.name, str(one.annotation)) for one in parameters if one.default is one.empty}
    result = function(**given)
    return list(result) if isinstance(result, Iterator) else result


@pytest.mark.parametrize(("port", "method"), calls(), ids=lambda name: name)
@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=BODIES, status=st.sampled_from([200, 302, 400, 403, 404, 500, 503, 511]))
@example(body=PORTAL, status=200)
@example(body=HALF_XML, status=200)
@example(body=HALF_JSON, status=200)
@example(body=OTHER, status=200)
@example(body=b"null", status=200)
@example(body=b"", status=200)
@example(body=b"\xff", status=200)
def test_anything_is_one_sentence(
    imposter: Imposter, ports: AwsPorts, port: str, method: str, body: bytes, status: int
) -> None:
    imposter.body, imposter.status = body, status
    with suppress(PkgopsError, NotImplementedError):  # Live Tail that is not there is polled instead
        call(ports, port, method)


@pytest.mark.parametrize(("port", "method"), [("stacks", "describe"), ("identity", "account"), ("secrets", "read")])
@pytest.mark.parametrize("body", [PORTAL, XHTML, HALF_XML, HALF_JSON])
def test_a_portal_and_half_an_answer_are_told(
    imposter: Imposter, ports: AwsPorts, port: str, method: str, body: bytes
) -> None:
    imposter.body, imposter.status = body, 200
    with pytest.raises(AccessError, match=r"web page|cut off") as caught:
        call(ports, port, method)
    assert "network" in caught.value.hint


@pytest.mark.parametrize(
    "message", ["half \ud800 a pair", "\udfff", "\x00\x1e\u2028", "[" * 50_000, "é" * 1_048_576], ids=range(5)
)
def test_a_page_of_log_events_holds_any_text(imposter: Imposter, ports: AwsPorts, message: str) -> None:
    rows = [
        {"logStreamName": "s", "timestamp": 5, "eventId": str(at), "message": m} for at, m in enumerate(("a", message))
    ]
    imposter.body, imposter.status = json.dumps({"events": rows}).encode(), 200
    assert [event.message for event in ports.logs.fetch("/aws/lambda/f", 0)] == ["a", message]
