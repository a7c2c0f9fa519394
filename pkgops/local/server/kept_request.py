"""A request to a deployed API with everything it had, to be sent once more; and what is heard of one meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextvars import copy_context
from dataclasses import dataclass, field
from typing import Any

from pkgops.local.hooks import request as raw
from pkgops.local.server.guard import Asgi

_LONGEST = 256 * 1024  # bytes of a body that is kept


@dataclass
class Answer:
    """What was answered; ``status`` is 0 where nothing was."""

    status: int = 0
    headers: Sequence[tuple[bytes, bytes]] = ()
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class KeptRequest:
    """The request as the server gave it to us, and what it has kept of it besides."""

    scope: dict[str, Any] = field(repr=False)
    body: bytes = field(repr=False)
    raw_path: str = field(repr=False)
    raw_query: str = field(repr=False)
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    client: str

    async def sent(self, app: Asgi) -> Answer:
        """The answer of ``app`` to the same request, which gets it as it got the first."""
        answer = Answer()
        given = False

        async def receive() -> dict[str, Any]:
            nonlocal given
            if given:
                await asyncio.Event().wait()  # the client is there until it is answered
            given = True
            return {"type": "http.request", "body": self.body, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                answer.status, answer.headers = message["status"], list(message.get("headers", ()))
            elif message["type"] == "http.response.body" and len(answer.body) < _LONGEST:
                answer.body = (answer.body + message.get("body", b""))[:_LONGEST]

        context = copy_context()
        context.run(self._restore)
        await asyncio.get_running_loop().create_task(_call(app, dict(self.scope), receive, send), context=context)
        return answer

    def _restore(self) -> None:
        raw.raw_path.set(self.raw_path)
        raw.raw_query.set(self.raw_query)
        raw.headers.set(self.headers)
        raw.client_address.set(self.client)


class Conversation:
    """A request's channels, listened to."""

    def __init__(self, receive: Any, send: Any) -> None:
        self._receive = receive
        self._send = send
        self._body: bytearray | None = bytearray()
        self.status = 0
        self.headers: Sequence[tuple[bytes, bytes]] = ()

    async def receive(self) -> dict[str, Any]:
        """The next part of the request."""
        message: dict[str, Any] = await self._receive()
        if self._body is not None and message["type"] == "http.request":
            self._body += message.get("body", b"")
            if len(self._body) > _LONGEST:
                self._body = None
        return message

    async def send(self, message: dict[str, Any]) -> None:
        """The next part of the answer."""
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], list(message.get("headers", ()))
        await self._send(message)

    def kept(self, scope: dict[str, Any]) -> KeptRequest | None:
        """The request, to be sent once more; None if its body is too long for that."""
        if self._body is None:
            return None
        same = {name: value for name, value in scope.items() if name not in ("state", "extensions")}
        return KeptRequest(
            same,
            bytes(self._body),
            raw.raw_path.get(),
            raw.raw_query.get(),
            raw.headers.get(),
            raw.client_address.get(),
        )


async def _call(app: Asgi, scope: dict[str, Any], receive: Any, send: Any) -> None:
    await app(scope, receive, send)
