"""The guard in front of the emulator: an ASGI middleware that refuses what must not reach it."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from pkgops.local.home import IDENTITY_PATH
from pkgops.local.hooks import request
from pkgops.local.request_policy import allowed

Asgi = Callable[[dict[str, Any], Any, Any], Awaitable[None]]


def guarded(app: Asgi, identity: Callable[[], dict[str, Any]], observe: Callable[[dict[str, Any]], None]) -> Asgi:
    """``app`` behind the guard. ``identity()`` is what `IDENTITY_PATH` answers; ``observe(scope)`` is called with every
    request that gets through."""

    async def serve(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] not in ("http", "websocket"):
            await app(scope, receive, send)
            return
        given = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        if not allowed(given.get(b"host", ""), scope["path"], b"origin" in given):
            await _refuse(scope, send)
        elif scope["path"] == IDENTITY_PATH:
            await _answer(send, 200, json.dumps(identity()).encode())
        else:
            _keep_raw(scope)
            observe(scope)
            await app(scope, receive, send)

    return serve


def _keep_raw(scope: dict[str, Any]) -> None:
    """Keeps the raw request, and gives the emulator the lower-case header names that ASGI promises it."""
    request.raw_path.set((scope.get("raw_path") or b"").decode("latin-1").partition("?")[0])
    request.headers.set(tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]))
    request.client_address.set((scope.get("client") or ("127.0.0.1",))[0])
    scope["headers"] = [(name.lower(), value) for name, value in scope["headers"]]


async def _refuse(scope: dict[str, Any], send: Any) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    text = b'{"message":"Refused: the emulator answers only to this machine and to the systems deployed in it."}'
    await _answer(send, 403, text)


async def _answer(send: Any, status: int, body: bytes) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
