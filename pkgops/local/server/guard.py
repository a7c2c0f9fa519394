"""May this request reach the emulator at all?

A page in the developer's browser can send requests to 127.0.0.1, and whoever may call the control plane can
create and run a function, that is code. So the Host must be a name that cannot be rebound to us by DNS, and a
request that carries an Origin reaches only what a deployed system itself would serve.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any

from pkgops.local.home import IDENTITY_PATH

Asgi = Callable[[dict[str, Any], Any, Any], Awaitable[None]]

_HOST = re.compile(
    r"^(127\.0\.0\.1|localhost|\[::1\]|([a-z0-9$-]+\.)+(localhost|amazonaws\.com|cloudfront\.net|on\.aws))(:\d+)?$"
)
_SERVED_HOST = re.compile(r"\.(execute-api|lambda-url|cloudfront|s3-website[.-][a-z0-9-]+)\.")
_SERVED_PATH = re.compile(
    r"^/(_aws/execute-api/|_aws/lambda-url/|restapis/[^/]+/[^/]+/_user_request_|oauth2/|login|logout"
    r"|_companions/[a-z_]+/pages/"
    r"|[a-z0-9-]+_[A-Za-z0-9]+/\.well-known/)"
)

# The request as it came in, for polyfills that need what the emulator's own parsing drops.
raw_path: ContextVar[str] = ContextVar("raw_path", default="")
headers: ContextVar[tuple[tuple[str, str], ...]] = ContextVar("headers", default=())
client_address: ContextVar[str] = ContextVar("client_address", default="127.0.0.1")


def guarded(app: Asgi, identity: Callable[[], dict[str, Any]], seen: Callable[[dict[str, Any]], None]) -> Asgi:
    """``app`` behind the guard. ``identity()`` is what `IDENTITY_PATH` answers; ``seen(scope)`` is told of every
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
            _remember(scope)
            seen(scope)
            await app(scope, receive, send)

    return serve


def allowed(host: str, path: str, cross_site: bool) -> bool:
    """False for a foreign Host, and for a browser's cross-site request outside a deployed system's surfaces."""
    if not _HOST.match(host):
        return False
    return not cross_site or bool(_SERVED_PATH.match(path) or _SERVED_HOST.search(host))


def _remember(scope: dict[str, Any]) -> None:
    """Keeps the raw request, and hands the emulator the lower-case header names ASGI promises it."""
    raw_path.set((scope.get("raw_path") or b"").decode("latin-1").partition("?")[0])
    headers.set(tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]))
    client_address.set((scope.get("client") or ("127.0.0.1",))[0])
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
