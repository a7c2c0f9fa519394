"""Always Coder as deployed, and clients of its relay over WebSockets."""

from __future__ import annotations

import asyncio
import json
import threading
import time
import uuid
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar
from urllib.parse import quote

import aiohttp

from tests.e2e.conftest import Deployed, NewProject
from tests.emulator import client

T = TypeVar("T")
SECONDS = 30
PASSWORD = "Correct-horse-7"


class Loop:
    """An event loop in a thread, so that tests without one can hold connections."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of ``work``."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    def close(self) -> None:
        """Ends the thread."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()


@dataclass
class Peer:
    """One connection."""

    socket: aiohttp.ClientWebSocketResponse
    seen: list[dict[str, Any]] = field(default_factory=list)

    async def send(self, kind: str | None = None, **fields: Any) -> None:
        """Sends a frame of a type, or of none."""
        await self.socket.send_str(json.dumps(({"type": kind} if kind else {}) | fields))

    async def text(self, wait: float | None = SECONDS) -> str:
        """The next frame as it is."""
        message = await asyncio.wait_for(self.socket.receive(), wait)
        assert message.type is aiohttp.WSMsgType.TEXT, message
        return str(message.data)

    async def next(self) -> dict[str, Any]:
        """The next frame."""
        found = json.loads(await self.text())
        assert isinstance(found, dict)
        return found

    async def ask(self, kind: str | None = None, **fields: Any) -> dict[str, Any]:
        """Sends a frame and returns the next one that comes."""
        await self.send(kind, **fields)
        return await self.next()

    async def settle(self) -> list[dict[str, Any]]:
        """Every frame that has come by now. The relay answers a ping when it has handled what was sent before it."""
        await self.send("ping")
        frames = []
        while (frame := await self.next())["type" if "type" in frame else "version"] != "pong":
            frames.append(frame)
        return frames

    async def close(self) -> None:
        """Ends the connection."""
        await self.socket.close()


@dataclass
class Party:
    """One client: its connection if it has one, what it must see next, and whether the session knows it."""

    peer: Peer | None = None
    known: bool = False
    expected: list[dict[str, Any]] = field(default_factory=list)
    connection: str = ""


@dataclass
class Relay:
    """The deployed system."""

    project: Deployed

    @cached_property
    def outputs(self) -> dict[str, str]:
        """Every stack's outputs, by name."""
        stacks = self.project.rows("outputs", "--system", "always_coder")
        return {name: value for outputs in stacks.values() for name, value in outputs.items()}

    @cached_property
    def tables(self) -> Any:
        """A client of DynamoDB."""
        return client(self.project.emulator, "dynamodb")

    @cached_property
    def users(self) -> Any:
        """A client of Cognito."""
        return client(self.project.emulator, "cognito-idp")

    def token(self, address: str, kind: str = "AccessToken") -> str:
        """A token of a new user."""
        pool, app = self.outputs["UserPoolId"], self.outputs["UserPoolClientId"]
        self.users.admin_create_user(UserPoolId=pool, Username=address, MessageAction="SUPPRESS")
        self.users.admin_set_user_password(UserPoolId=pool, Username=address, Password=PASSWORD, Permanent=True)
        given = {"USERNAME": address, "PASSWORD": PASSWORD}
        answer = self.users.initiate_auth(ClientId=app, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=given)
        return str(answer["AuthenticationResult"][kind])

    def session(self, session: str) -> dict[str, Any] | None:
        """The session's item."""
        return self._item("Sessions", sessionId=session)

    def connection(self, connection: str) -> dict[str, Any] | None:
        """The record of a connection."""
        return self._item("Connections", connectionId=connection)

    def _item(self, table: str, **key: str) -> dict[str, Any] | None:
        name = self.outputs[f"{table}TableName"]
        wire = {attribute: {"S": value} for attribute, value in key.items()}
        found = self.tables.get_item(TableName=name, Key=wire, ConsistentRead=True).get("Item")
        return {name: _plain(value) for name, value in found.items()} if found else None

    async def left(self, connection: str) -> None:
        """Waits until the relay has handled the end of a connection: its record goes last."""
        end = time.monotonic() + SECONDS
        while await asyncio.to_thread(self.connection, connection):
            assert time.monotonic() < end, "the end of the connection was not handled"
            await asyncio.sleep(0.01)


def _plain(value: dict[str, Any]) -> Any:
    ((kind, inner),) = value.items()
    if kind == "N":
        return float(inner) if "." in inner else int(inner)
    return [_plain(one) for one in inner] if kind == "L" else inner


class Clients:
    """Opens connections, and closes what is left of them."""

    def __init__(self, relay: Relay) -> None:
        self._url = relay.outputs["WebSocketUrl"]
        self._opened: list[Peer] = []

    async def __aenter__(self) -> Clients:
        unlimited = aiohttp.TCPConnector(limit=0)  # the default is a hundred connections
        self._http = aiohttp.ClientSession(connector=unlimited, trust_env=False)
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.gather(*(peer.close() for peer in self._opened))
        await self._http.close()

    async def open(self, token: str | None = None) -> Peer:
        """A new connection, with a token if one is given."""
        query = f"?token={quote(token, safe='')}" if token is not None else ""
        self._opened.append(Peer(await self._http.ws_connect(self._url + query, max_msg_size=0)))
        return self._opened[-1]

    async def terminal(self, session: str, token: str | None = None) -> Peer:
        """A terminal with a new session."""
        peer = await self.open(token)
        answer = await peer.ask("session:create", sessionId=session, publicKey="Kc")
        assert answer["type"] == "session:created", answer
        return peer

    async def viewer(self, session: str, terminal: Peer) -> tuple[Peer, str]:
        """A viewer that has joined, and its connection id."""
        peer = await self.open()
        answer = await peer.ask("session:join", sessionId=session, publicKey="Kw")
        assert answer == {"type": "session:joined", "sessionId": session, "cliPublicKey": "Kc"}
        told = await terminal.next()
        assert told["type"] == "web:connected", told
        return peer, str(told["connectionId"])


Scene = Callable[[Clients], Awaitable[None]]
Play = Callable[[Scene], None]


def new_session() -> str:
    """An id that no other test uses."""
    return uuid.uuid4().hex[:8].upper()


def envelope(session: str, timestamp: float = 1, **more: Any) -> dict[str, Any]:
    """What a client encrypts, as far as the relay is concerned."""
    return {"version": 1, "sessionId": session, "nonce": "n", "ciphertext": "c", "timestamp": timestamp, **more}


@contextmanager
def deployed(new_project: NewProject) -> Iterator[Relay]:
    """The system in a project of its own."""
    project = new_project("always_coder")
    try:
        project.pkgops("deploy", "always_coder", "--yes")
        yield Relay(project)
    finally:
        project.leave()
