"""Who may see the console? The browser that was opened with its token, and no page of another site in it.

Any page in a browser can send requests to 127.0.0.1, by that address or by a name that leads to it, and so can every
user of the machine. Hence: the Host is compared exactly, which ends DNS rebinding; the token, which works once, is
exchanged for a cookie that no script reads and no other site sends; what other sites ask for is refused by what
browsers say about a request's origin; and what is shown may load nothing from elsewhere.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any
from urllib.parse import parse_qs

Asgi = Callable[[dict[str, Any], Any, Any], Awaitable[None]]

POLICY = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'; object-src 'none'"
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}
_READS = frozenset({"GET", "HEAD"})
_OWN_SITE = frozenset({"same-origin", "none"})  # none: an address that was typed, or opened from outside a browser
_FOREIGN = "Refused: this address belongs to pkgops console, and the request comes from another site."
_UNKNOWN = (
    "This browser is not known here. Open the address that pkgops console printed; it works once, "
    "so after that start the command again."
)


class Guard:
    """``app`` for the browser that brings the token, on ``port`` of loopback."""

    def __init__(self, app: Asgi, port: int) -> None:
        self._app = app
        self._hosts = frozenset({f"127.0.0.1:{port}", f"localhost:{port}"})
        self._cookie = f"pkgops_console_{port}"  # cookies do not differ by port
        self._session = secrets.token_urlsafe(32)
        self._tokens: set[str] = set()

    def token(self) -> str:
        """A new token, which opens the console once."""
        made = secrets.token_urlsafe(32)
        self._tokens.add(made)
        return made

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Answers, refuses, or hands on."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
        elif refusal := self._refusal(scope["method"], headers := _headers(scope)):
            await _answer(send, 403, refusal)
        elif self._takes(scope):
            cookie = f"{self._cookie}={self._session}; Path=/; HttpOnly; SameSite=Strict"
            await _answer(send, 303, "", [("location", "/"), ("set-cookie", cookie)])
        elif not self._known(headers):
            await _answer(send, 403, _UNKNOWN)
        else:
            await self._app(scope, receive, _with_headers(send))

    def _refusal(self, method: str, headers: Mapping[str, str]) -> str:
        """Why a request is not even looked at; "" if it is."""
        host = headers.get("host", "")
        if host not in self._hosts or headers.get("sec-fetch-site", "none") not in _OWN_SITE:
            return _FOREIGN
        origin = headers.get("origin")
        if origin is None:
            return "" if method in _READS else _FOREIGN  # browsers name the origin of whatever else they send
        return "" if origin == f"http://{host}" else _FOREIGN

    def _takes(self, scope: dict[str, Any]) -> bool:
        """Whether the request brings a token; it does not work again."""
        if scope["path"] != "/" or scope["method"] != "GET":
            return False
        given = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("token", [""])[0]
        found = next((one for one in self._tokens if _same(one, given)), None)
        self._tokens.discard(found or "")
        return found is not None

    def _known(self, headers: Mapping[str, str]) -> bool:
        pairs = [pair.strip().partition("=") for pair in headers.get("cookie", "").split(";")]
        return any(name == self._cookie and _same(value, self._session) for name, _, value in pairs)


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def _headers(scope: dict[str, Any]) -> dict[str, str]:
    """By lower-case name; one that is given twice is joined, and so equals nothing that is expected."""
    found: dict[str, str] = {}
    for raw, value in scope["headers"]:
        name = raw.decode("latin-1").lower()
        joined = value.decode("latin-1")
        found[name] = f"{found[name]}; {joined}" if name in found else joined
    return found


def _with_headers(send: Any) -> Any:
    """``send`` that adds the headers an answer does not have itself."""

    async def sending(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            given = {name.lower() for name, _ in message["headers"]}
            added = [(name.encode(), value.encode()) for name, value in HEADERS.items() if name.encode() not in given]
            message = {**message, "headers": [*message["headers"], *added]}
        await send(message)

    return sending


async def _answer(send: Any, status: int, text: str, headers: Iterable[tuple[str, str]] = ()) -> None:
    body = text.encode()
    given = {"content-type": "text/plain; charset=utf-8", "content-length": str(len(body)), **HEADERS, **dict(headers)}
    encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in given.items()]
    await send({"type": "http.response.start", "status": status, "headers": encoded})
    await send({"type": "http.response.body", "body": body})
