"""What of an answer goes over the wire? What HTTP allows, whatever a function has given.

A head that says another length than the body has, a body where there can be none, or a header with a line break would
be read as part of the next answer, or end the connection without one.
"""

from __future__ import annotations

import logging
import re
from typing import Any

from pkgops.local.server.guard import Asgi

_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_WITHOUT_BODY = (204, 304)
_FRAMING = (b"content-length", b"transfer-encoding")
_TEXT = b"Internal Server Error"

Message = dict[str, Any]


def framed(app: Asgi) -> Asgi:
    """``app``, whose answers can be sent as they are."""

    async def serve(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        answer = _Answer(scope, receive, send)
        await app(scope, answer.receive, answer.send)

    return serve


class _Answer:
    """One answer. A head that says a length waits for the body."""

    def __init__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        self._scope, self._receive, self._send = scope, receive, send
        self._head: Message | None = None
        self._without_body = self._refused = self._asked = False

    async def receive(self) -> Message:
        """The next part of the request."""
        self._asked = True
        message: Message = await self._receive()
        return message

    async def send(self, message: Message) -> None:
        """The next part of the answer."""
        if message["type"] == "http.response.start":
            self._head = message
            if any(name.lower() == b"content-length" for name, _ in message.get("headers", ())):
                return
            message = {"type": "http.response.body", "body": b"", "more_body": True}
        if self._head is not None:
            head, self._head = self._head, None
            await self._begin(head, message)
        if not self._refused and (message.get("body") or not message.get("more_body")):
            await self._send({**message, "body": b""} if self._without_body else message)

    async def _begin(self, head: Message, first: Message) -> None:
        headers, status = list(head.get("headers", ())), head["status"]
        status = int(status) if str(status).isdecimal() else 0
        if why := _wrong(status, headers):
            logging.getLogger("pkgops").error("What answers %s is no HTTP: %s", self._scope["path"], why)
            await self._refuse()
            return
        self._without_body = status in _WITHOUT_BODY
        kept = [(name, value) for name, value in headers if name.lower() not in _FRAMING]
        if not self._without_body:
            kept += self._length(headers, first)
        await self._send({**head, "status": status, "headers": kept + self._end()})

    def _length(self, headers: list[tuple[bytes, bytes]], first: Message) -> list[tuple[bytes, bytes]]:
        """What the head says of the length: that of the body where it is there as a whole."""
        said = next((value for name, value in headers if name.lower() == b"content-length"), None)
        if said is None:
            return []
        if self._scope["method"] != "HEAD" and not first.get("more_body"):
            return [(b"content-length", b"%d" % len(first.get("body", b"")))]
        return [(b"content-length", said)] if said.isdigit() else []

    def _end(self) -> list[tuple[bytes, bytes]]:
        """Who waits to be asked for the body, and is answered instead, may send it or not: nobody knows what comes
        next on that connection."""
        waiting = not self._asked and any(name.lower() == b"expect" for name, _ in self._scope["headers"])
        return [(b"connection", b"close")] if waiting and self._scope["http_version"] == "1.1" else []

    async def _refuse(self) -> None:
        self._refused = True
        length = (b"content-length", b"%d" % len(_TEXT))
        headers = [(b"content-type", b"text/plain; charset=utf-8"), length]
        await self._send({"type": "http.response.start", "status": 500, "headers": headers})
        await self._send({"type": "http.response.body", "body": _TEXT})


def _wrong(status: int, headers: list[tuple[bytes, bytes]]) -> str:
    """Why a head cannot be sent; "" if it can be."""
    if not 200 <= status <= 599:
        return "its status is none that an answer may have"
    for name, value in headers:
        if not _NAME.fullmatch(name) or _CONTROL.search(value):
            return f"it has a header {name!r} with a character that none may have"
    return ""
