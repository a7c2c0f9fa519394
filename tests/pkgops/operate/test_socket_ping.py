"""Whether a WebSocket API answers: a server that behaves, and those that do not."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import pytest
from aiohttp import WSMsgType, web

from pkgops.errors import AccessError, PkgopsError
from pkgops.operate.socket_ping import ping
from pkgops.testing.deployed import free_port

PING, PONG = {"type": "ping"}, {"type": "pong"}
Talk = Callable[[web.WebSocketResponse], Awaitable[None]]


@contextmanager
def serving(handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> Iterator[str]:
    """A server in a thread; its URL."""
    loop, port = asyncio.new_event_loop(), free_port()
    app = web.Application()
    app.router.add_get("/prod", handler)
    runner = web.AppRunner(app)
    loop.run_until_complete(runner.setup())
    loop.run_until_complete(web.TCPSite(runner, "127.0.0.1", port).start())
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield f"ws://127.0.0.1:{port}/prod"
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


def talking(talk: Talk) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handle(request: web.Request) -> web.WebSocketResponse:
        peer = web.WebSocketResponse(autoping=False, timeout=0.1)
        await peer.prepare(request)
        await talk(peer)
        await peer.close()
        return peer

    return handle


async def patient(peer: web.WebSocketResponse) -> None:
    """Sends other things before the answer."""
    asked = await peer.receive_json()
    assert asked == PING | {"text": "x" * 300}
    await peer.send_str("no json")
    await peer.send_json({"type": "news"})
    await peer.ping(b"are you there")
    assert (await peer.receive()).type is WSMsgType.PONG
    await peer.send_json(PONG | {"text": "y" * 70_000})
    await peer.receive()


async def silent(peer: web.WebSocketResponse) -> None:
    await peer.receive()
    await peer.receive()


async def rude(peer: web.WebSocketResponse) -> None:
    await peer.receive()
    await peer.close(code=1011)


async def refusing(_request: web.Request) -> web.StreamResponse:
    return web.Response(status=403)


async def page(_request: web.Request) -> web.StreamResponse:
    return web.Response(text="<html>")


def test_an_answer_is_waited_for() -> None:
    with serving(talking(patient)) as url:
        assert ping(url, PING | {"text": "x" * 300}, PONG) > 0


def test_without_a_message_the_connection_is_enough() -> None:
    with serving(talking(silent)) as url:
        assert ping(url, {}, {}) > 0


@pytest.mark.parametrize(
    ("handler", "said"),
    [
        (talking(silent), "did not answer within 1 s"),
        (talking(rude), r"closed without an answer \(1011\)"),
        (refusing, "refuses the connection: HTTP 403"),
        (page, "refuses the connection: HTTP 200"),
    ],
)
def test_what_does_not_answer_is_said(
    handler: Callable[[web.Request], Awaitable[web.StreamResponse]], said: str
) -> None:
    with serving(handler) as url, pytest.raises(PkgopsError, match=said):
        ping(url, PING, PONG, timeout=1.0)


def test_nothing_there_is_a_matter_of_the_network() -> None:
    with pytest.raises(AccessError, match="cannot be reached"):
        ping(f"ws://127.0.0.1:{free_port()}/prod", PING, PONG)


def test_what_is_no_websocket_server_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that switches protocols to anything, and then hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            peer, _ = server.accept()
            with peer:
                peer.recv(4096)
                peer.sendall(b"HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: x\r\n\r\n")

        threading.Thread(target=answer, daemon=True).start()
        with pytest.raises(PkgopsError, match="is no WebSocket API"):
            ping(f"ws://127.0.0.1:{server.getsockname()[1]}/", PING, PONG)


def test_the_proxy_of_the_environment_is_used_but_not_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            peer, _ = server.accept()
            with peer:
                asked.append(peer.recv(4096))
                peer.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")

        threading.Thread(target=answer, daemon=True).start()
        monkeypatch.setenv("HTTP_PROXY", f"http://user:word@127.0.0.1:{server.getsockname()[1]}")
        monkeypatch.setenv("http_proxy", f"http://user:word@127.0.0.1:{server.getsockname()[1]}")
        with serving(talking(patient)) as url:
            assert ping(url, PING | {"text": "x" * 300}, PONG) > 0
        assert asked == []
        with pytest.raises(AccessError, match="407"):
            ping("ws://api.example.com/prod", PING, PONG, timeout=5.0)
    assert asked[0].startswith(b"CONNECT api.example.com:80")
    assert b"Proxy-Authorization: Basic dXNlcjp3b3Jk" in asked[0]
