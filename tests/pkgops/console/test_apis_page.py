"""Routes tried by hand, and requests sent once more: what is sent, and what is shown of the answer."""

from __future__ import annotations

import html
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlencode

import pytest

from pkgops.local.api_request import ApiRequest, Replayed
from tests.pkgops.console.conftest import HOSTILE, Opened, now, serving, stage_of
from tests.pkgops.console.test_pages import assert_harmless

GET = {"system": "shop", "api": "main.Api", "method": "GET", "path": "/orders/{id}"}
POST = {**GET, "method": "POST", "path": "/orders"}
ANY = {**GET, "method": "ANY", "path": "/files/{proxy+}"}
BASE = "/_aws/execute-api/shopmainlocalapi/$default"
REPORT = "REPORT RequestId: r1\tDuration: 1.0 ms"
GROUP = "/aws/lambda/shop-order-local"


@dataclass
class Gateway:
    """What stands for the API: it keeps what it was sent."""

    address: str = ""
    sent: list[tuple[str, str, str, dict[str, str]]] = field(default_factory=list)
    body: bytes = json.dumps({"said": HOSTILE}).encode()
    id: str = "gateway-1"


@contextmanager
def gateway() -> Iterator[Gateway]:
    """A server of its own."""
    found = Gateway()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            given = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            found.sent.append((self.command, self.path, given, dict(self.headers)))
            self.send_response(201)
            for name, value in {
                "apigw-requestid": found.id,
                "x-own": HOSTILE.replace("\x1b", "").replace("\u202e", ""),
                "Content-Length": str(len(found.body)),
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(found.body)

        def do_POST(self) -> None:
            self.do_GET()

        def do_PUT(self) -> None:
            self.do_GET()

        def log_message(self, *_: Any) -> None:
            """What the test finds is enough."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        found.address = f"http://127.0.0.1:{server.server_port}"
        yield found
        server.shutdown()


@pytest.fixture
def api(pages: Opened) -> Iterator[Gateway]:
    with gateway() as found:
        pages.served.shown.ports.endpoint = found.address
        yield found


def logged(pages: Opened, *lines: str, after: int = 5_000) -> None:
    """Lines of the function, milliseconds from now: what is sent next has them in its log."""
    pages.served.shown.ports.logs.write(GROUP, "s", [(now() + after, line) for line in lines])


def test_routes_are_listed_with_their_functions(pages: Opened) -> None:
    text = pages.text("/apis")
    assert text.count('<tr><th scope="row"') == 3
    assert "GET /orders/{id}" in text
    assert 'href="/functions/shop-order-local">order</a>' in text
    assert "There are no REST or HTTP APIs" in pages.text("/apis?system=blog")


def test_a_documented_route_says_what_it_takes(pages: Opened, root) -> None:
    path = root / "docs" / "systems" / "shop.openapi.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    body = {"type": "object", "required": ["amount"], "properties": {"amount": {"type": "integer", "example": 7}}}
    operation = {
        "summary": HOSTILE,
        "parameters": [{"in": "query", "name": "dry", "required": True, "description": "Only say it."}],
        "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}}},
        "responses": {"201": {"description": "Made."}},
        "security": [{"key": []}],
    }
    schemes = {"key": {"type": "apiKey", "in": "header", "name": "X-API-Key"}}
    document = {"paths": {"/orders": {"post": operation}}}
    path.write_text(json.dumps({**document, "components": {"schemas": {"Order": body}, "securitySchemes": schemes}}))
    try:
        text = pages.text(f"/apis/route?{urlencode(POST)}")
    finally:
        path.unlink()
    assert_harmless(text)
    assert "&#34;amount&#34;: 7" in text
    assert 'name="query" value="dry="' in text
    assert "X-API-Key in the header" in text
    assert pages.get(f"/apis/route?{urlencode({**POST, 'path': '/absent'})}").status_code == 404


def test_a_route_is_called_and_its_log_shown(pages: Opened, api: Gateway) -> None:
    logged(pages, "START RequestId: r1", f"gateway-1 {HOSTILE}", REPORT)
    given = {"p:id": "a/b ?", "query": "?x=1&y=a b", "headers": "X-One: 1\r\nX-Two: two", "body": ""}
    answer = pages.post("/apis/call", **GET, **given)
    assert answer.status_code == 200
    assert "<strong>201</strong>" in answer.text
    assert_harmless(answer.text)
    assert html.escape("<script>document", quote=False) in answer.text
    assert "gateway-1 &lt;script&gt;" in answer.text
    assert "does not log the gateway" not in answer.text
    ((method, path, body, headers),) = api.sent
    assert (method, path, body) == (
        "GET",
        f"{BASE}/orders/a%2Fb%20%3F?x=1&y=a%20b",
        "",
    )
    assert (headers["X-One"], headers["X-Two"]) == ("1", "two")


def test_a_body_is_sent_and_lines_that_may_be_others_are_said_to_be(pages: Opened, api: Gateway) -> None:
    logged(pages, "long before", after=-60_000)
    logged(pages, "START RequestId: r2", "meanwhile", REPORT)
    api.id = "unknown"
    text = pages.post("/apis/call", **POST, body='{"amount": 1}').text
    assert api.sent[0][2] == '{"amount": 1}'
    assert api.sent[0][3]["Content-Type"] == "application/json"
    assert "does not log the gateway" in text
    assert "meanwhile" in text
    assert "long before" not in text


def test_any_method_is_chosen(pages: Opened, api: Gateway) -> None:
    logged(pages, "gateway-1", REPORT)
    assert pages.post("/apis/call", **ANY, **{"p:proxy": "a/b", "verb": "PUT"}).status_code == 200
    assert api.sent[0][:2] == ("PUT", f"{BASE}/files/a/b")
    assert pages.post("/apis/call", **ANY, **{"p:proxy": "a", "verb": "TRACE"}).status_code == 400


@pytest.mark.parametrize(
    "given",
    [{}, {"p:id": "1", "headers": "nothing"}, {"p:id": "1", "headers": "A b: c"}, {"p:id": "1", "headers": "A: \x01"}],
)
def test_what_cannot_be_sent_is_refused(pages: Opened, api: Gateway, given: dict[str, str]) -> None:
    assert pages.post("/apis/call", **GET, **given).status_code == 400
    assert api.sent == []


def test_an_api_that_does_not_answer_is_said(pages: Opened) -> None:
    answer = pages.post("/apis/call", **GET, **{"p:id": "1"})
    assert (answer.status_code, "does not answer" in answer.text) == (400, True)


def test_nothing_is_sent_to_a_stage_that_is_only_shown(root) -> None:
    with gateway() as api, serving(stage_of(root, "dev")) as served:
        pages = Opened(served)
        served.shown.ports.endpoint = api.address
        assert pages.post("/apis/call", **GET, **{"p:id": "1"}).status_code == 403
        assert ">Send</button>" not in pages.text(f"/apis/route?{urlencode(GET)}")
        assert api.sent == []


def test_a_request_is_sent_once_more(pages: Opened) -> None:
    emulator: Any = pages.served.shown.emulator
    time = "2026-05-01T09:30:00.000+00:00"
    emulator.rows.append(ApiRequest(7, time, "GET", "shopmainlocalapi", "/orders/7<b>\x1b", 500, 3, "r-7", kept=True))
    emulator.rows.append(ApiRequest(8, time, "GET", "other", "/", 200, 3, ""))
    emulator.answers[7] = Replayed(200, 4.2, "r-9", (("x-own", HOSTILE),), HOSTILE.encode())
    text = pages.text("/requests/7")
    assert_harmless(text)
    assert "/orders/7&lt;b&gt;" in text
    assert 'href="/functions/shop-order-local">order</a>' in text
    logged(pages, "START RequestId: r1", "r-9 again", REPORT)
    answer = pages.post("/requests/7/replay")
    assert_harmless(answer.text)
    assert "<strong>200</strong> 4 ms" in answer.text
    assert "r-9 again" in answer.text
    assert "cannot be sent once more" in pages.text("/requests/8")
    assert pages.post("/requests/8/replay").status_code == 404
    assert pages.get("/requests/9").status_code == 404
