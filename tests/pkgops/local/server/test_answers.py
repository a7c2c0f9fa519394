"""An answer ends where it says it ends, whatever has made it: what comes next on the connection is the next answer."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from pkgops.local.server.http_server import HttpServer
from tests.pkgops.local.server.test_connections import Wire

ANSWERS: dict[str, tuple[Any, list[tuple[bytes, bytes]], bytes]] = {
    "/next": (200, [(b"content-length", b"4")], b"next"),
    "/slow": (200, [(b"content-length", b"4")], b"slow"),
    "/none-with-length": (204, [(b"Content-Length", b"2")], b"{}"),
    "/none": (204, [], b"{}"),
    "/same": (304, [(b"content-length", b"100")], b""),
    "/same-with-body": (304, [(b"content-length", b"2")], b"{}"),
    "/short": (200, [(b"content-length", b"3")], b"longer"),
    "/long": (200, [(b"content-length", b"9")], b"longer"),
    "/no-length": (200, [(b"content-length", b"many")], b"longer"),
    "/twice": (200, [(b"content-length", b"6"), (b"content-length", b"7")], b"longer"),
    "/both": (200, [(b"content-length", b"6"), (b"transfer-encoding", b"chunked")], b"longer"),
    "/text": ("201", [(b"content-length", b"6")], b"longer"),
    "/lines": (200, [(b"x-line", b"a\r\nset-cookie: b=1")], b"longer"),
    "/name": (200, [(b"x name", b"a")], b"longer"),
    "/early": (103, [], b"longer"),
    "/late": (999, [], b"longer"),
    "/word": ("many", [], b"longer"),
}
UPGRADE = ("Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==")


async def answering(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        return
    status, headers, body = ANSWERS[scope["path"]]
    if scope["method"] == "GET":
        while (await receive()).get("more_body"):
            pass
    if scope["path"] == "/slow":
        await asyncio.sleep(0)  # what was sent with it has been read
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def reached(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number: int = free.getsockname()[1]
    loop, stopping = asyncio.new_event_loop(), asyncio.Event()
    server = threading.Thread(target=loop.run_until_complete, args=(HttpServer(answering).serve(number, stopping),))
    server.start()
    while not reached(number):
        assert server.is_alive()
    yield number
    loop.call_soon_threadsafe(stopping.set)
    server.join()
    loop.close()


def head(method: str, path: str, *lines: str) -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *lines, "", ""]).encode()


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/none-with-length", (204, b"")),
        ("/none", (204, b"")),
        ("/same", (304, b"")),
        ("/same-with-body", (304, b"")),
        *((path, (200, b"longer")) for path in ("/short", "/long", "/no-length", "/twice", "/both")),
        ("/text", (201, b"longer")),
        *((path, (500, b"Internal Server Error")) for path in ("/lines", "/name", "/early", "/late", "/word")),
    ],
)
def test_the_next_answer_is_that_to_the_next_request(port: int, path: str, expected: tuple[int, bytes]) -> None:
    with Wire(port) as one:
        one.send(head("GET", path), head("GET", "/next"))
        assert one.answer() == expected
        assert one.answer() == (200, b"next")


def test_who_is_answered_instead_of_being_asked_for_the_body_begins_anew(port: int) -> None:
    """What comes next might be the body or another request."""
    with Wire(port) as one:
        one.send(head("POST", "/next", "Content-Length: 100", "Expect: 100-continue"))
        assert one.answer() == (200, b"next")
        assert one.closed()


@pytest.mark.parametrize("rest", [b"more", b"GET /next HTTP/1.1\r\nnonsense\r\n\r\n"])
def test_what_is_no_request_takes_no_answer_from_the_one_before_it(port: int, rest: bytes) -> None:
    with Wire(port) as one:
        one.send(head("GET", "/slow"), rest + b"\r\n\r\n")
        assert one.answer() == (200, b"slow")
        assert one.closed()


def test_a_websocket_begins_after_the_answers_before_it(port: int) -> None:
    """Of a request that was sent ahead the offer of another protocol is not taken."""
    with Wire(port) as one:
        one.send(head("GET", "/slow"), head("GET", "/next", *UPGRADE, "Connection: upgrade"))
        assert one.answer() == (200, b"slow")
        assert one.answer() == (200, b"next")


@pytest.mark.parametrize("lines", [("keep-alive, Upgrade",), ("Upgrade", "keep-alive"), ("keep-alive", "upgrade")])
def test_an_upgrade_may_be_in_any_of_the_headers_for_the_connection(port: int, lines: tuple[str, ...]) -> None:
    with Wire(port) as one:
        one.send(head("GET", "/socket", *UPGRADE, *(f"Connection: {line}" for line in lines)))
        assert one.answer()[0] == 101
