"""A terminal as the public CLI serves one: it dials out, and says nothing that the relay could read."""

from __future__ import annotations

import asyncio
import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.parse import quote

from nacl.public import Box, PrivateKey, PublicKey

from tests.e2e.always_coder.relay import Peer


@dataclass
class Terminal:
    """One terminal. ``program`` says what is shown for what was typed; ``shown`` is sent to every new viewer first."""

    peer: Peer
    session: str
    program: Callable[[str], str]
    shown: str = ""
    typed: list[str] = field(default_factory=list)
    sizes: list[dict[str, int]] = field(default_factory=list)
    frames: list[str] = field(default_factory=list)
    key: PrivateKey = field(default_factory=PrivateKey.generate)
    box: Box | None = None
    _numbers: count[int] = field(default_factory=lambda: count(1))

    @property
    def public(self) -> str:
        """The key as frames and links have it."""
        return b64encode(bytes(self.key.public_key)).decode()

    def link(self, origin: str) -> str:
        """What the terminal shows to be opened."""
        return f"{origin}/join?id={self.session}&key={quote(self.public, safe='')}"

    async def begin(self, origin: str) -> None:
        """Makes the session, with a description."""
        answer = await self.peer.ask("session:create", sessionId=self.session, publicKey=self.public)
        assert answer["type"] == "session:created", answer
        described = {"hostname": "box", "command": "bash", "commandArgs": ["-l"], "webUrl": self.link(origin)}
        await self.peer.send("session:update", **described)
        await self.peer.settle()

    async def serve(self) -> None:
        """Plays the program until it is cancelled."""
        while True:
            text = await self.peer.text(wait=None)
            self.frames.append(text)
            await self._handle(json.loads(text))

    async def show(self, text: str) -> None:
        """Sends output to the latest viewer."""
        assert self.box is not None
        inner = {"type": "terminal:output", "payload": text, "seq": next(self._numbers)}
        sealed = self.box.encrypt(json.dumps(inner).encode())
        parts = {"nonce": sealed.nonce, "ciphertext": sealed.ciphertext}
        wire = {name: b64encode(part).decode() for name, part in parts.items()}
        await self.peer.send(version=1, sessionId=self.session, timestamp=1, **wire)

    async def _handle(self, frame: dict[str, Any]) -> None:
        if frame.get("type") == "web:connected":
            self.box = Box(self.key, PublicKey(b64decode(frame["publicKey"])))
            await self.show(self.shown)
        elif frame.get("version") == 1 and self.box is not None:
            opened = self.box.decrypt(b64decode(frame["ciphertext"]), b64decode(frame["nonce"]))
            await self._act(json.loads(opened))

    async def _act(self, inner: dict[str, Any]) -> None:
        if inner["type"] == "terminal:resize":
            self.sizes.append(inner["payload"])
        elif inner["type"] == "terminal:input":
            self.typed.append(inner["payload"])
            if output := self.program(inner["payload"]):
                self.shown += output
                await self.show(output)


def echo(text: str) -> str:
    """What a line discipline shows of what is typed."""
    return text.replace("\r", "\r\n")


async def ended(task: asyncio.Task[None]) -> None:
    """Ends what serves a terminal; raises what it has failed with."""
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        return
