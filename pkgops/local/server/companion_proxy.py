"""The proxy in front of a project's companions.

Requests for ``/_companions/<name>/...`` go to a process of the project's package ``companions.<system>.<name>``, which
the first of them starts (`pkgops.local.server.companion_server`). Functions are given the address that this process
listens on. It ends with the server, however that ends, because its standard input does; and when the emulator is
emptied, because what it knows belongs to what was deployed.
"""

from __future__ import annotations

import asyncio
import re
import threading
from pathlib import Path
from typing import Any

from pkgops.local.functions import companions
from pkgops.local.server.companion_server import CompanionServer, Program, no_answer, problem
from pkgops.local.server.guard import Asgi
from pkgops.model import COMPANIONS

_PATH = re.compile(re.escape(COMPANIONS) + r"([a-z][a-z0-9_]*)(/.*)")
_RESET = "/_ministack/reset"
# Between two connections, not from end to end.
_HOP_BY_HOP = {b"connection", b"keep-alive", b"transfer-encoding", b"upgrade", b"content-length"}


def companions_of(project: Path | None, port: int) -> CompanionProxy:
    """The companions of a server's project, whose addresses its functions get."""
    proxy = CompanionProxy(project, port)
    companions.use(proxy.address)
    return proxy


class CompanionProxy:
    """The companions of ``project`` (None: there are none), served by the emulator on ``port``. Made on the loop."""

    def __init__(self, project: Path | None, port: int) -> None:
        self._project = project
        self._emulator = f"http://127.0.0.1:{port}"
        self._servers: dict[str, CompanionServer] = {}
        self._loop = asyncio.get_running_loop()
        self._lock = threading.Lock()
        self._client: Any = None

    def wrap(self, app: Asgi) -> Asgi:
        """``app``, with the companions' paths in front of it."""

        async def serve(scope: dict[str, Any], receive: Any, send: Any) -> None:
            found = _PATH.fullmatch(scope["path"]) if scope["type"] == "http" else None
            if found:
                await self._forward(found[1], scope, receive, send)
                return
            await app(scope, receive, send)
            if scope["type"] == "http" and (scope["method"], scope["path"]) == ("POST", _RESET):
                await self.stop()

        return serve

    def address(self, name: str) -> str:
        """Where the companion itself listens, without a slash at the end; "" if there is none of that name, or several.
        For any thread."""
        modules = _modules(self._project, name)
        return f"http://127.0.0.1:{self._server(modules[0], name).port}" if len(modules) == 1 else ""

    async def stop(self) -> None:
        """Ends them all; whoever asks next gets new ones."""
        with self._lock:
            servers, self._servers = self._servers, {}
        await asyncio.gather(*(server.close() for server in servers.values()))
        if self._client is not None:
            client, self._client = self._client, None
            await client.close()

    def _server(self, module: str, name: str) -> CompanionServer:
        assert self._project  # noqa: S101 - there is a module of it
        with self._lock:
            if module not in self._servers:
                base = f"{self._emulator}{COMPANIONS}{name}"
                program = Program(name, module, self._project, self._emulator, base)
                self._servers[module] = CompanionServer(program, self._loop)
            return self._servers[module]

    async def _forward(self, name: str, scope: dict[str, Any], receive: Any, send: Any) -> None:
        modules = _modules(self._project, name)
        if len(modules) != 1:
            several = f"Several systems have a companion {name!r}: {', '.join(modules)}."
            await _answer(send, 404, problem(several if modules else f"There is no companion {name!r}."))
            return
        body = await _body(receive)
        if body is None:
            return
        try:
            status, headers, content = await self._request(self._server(modules[0], name).port, name, scope, body)
        except OSError as error:
            print(f"companion {name}: {error}", flush=True)  # noqa: T201 - standard output is the log
            await _answer(send, 502, no_answer(name))
            return
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    async def _request(
        self, port: int, name: str, scope: dict[str, Any], body: bytes
    ) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
        """What the companion answers; OSError if it ends before it has."""
        import aiohttp
        from yarl import URL

        if self._client is None:
            self._client = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(force_close=True),  # a kept one may lead to a process that has ended
                auto_decompress=False,
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        raw = scope["raw_path"].decode("latin-1").partition("?")[0].removeprefix(f"{COMPANIONS}{name}")
        query = scope["query_string"].decode("latin-1")
        url = URL(f"http://127.0.0.1:{port}{raw}{'?' * bool(query)}{query}", encoded=True)
        given = [(key.decode("latin-1"), value.decode("latin-1")) for key, value in _end_to_end(scope["headers"])]
        try:
            async with self._client.request(
                scope["method"], url, data=body, headers=given, allow_redirects=False
            ) as answer:
                content = await answer.read()
                return answer.status, _end_to_end(answer.raw_headers), content
        except aiohttp.ClientError as error:  # not all of them are an OSError
            raise ConnectionError(str(error)) from error


def _modules(project: Path | None, name: str) -> list[str]:
    """The packages that could be meant: one, unless the project is wrong."""
    found = sorted(project.glob(f"companions/*/{name}/__main__.py")) if project else []
    return [f"companions.{path.parts[-3]}.{name}" for path in found]


def _end_to_end(headers: Any) -> list[tuple[bytes, bytes]]:
    return [(key, value) for key, value in headers if key.lower() not in _HOP_BY_HOP]


async def _body(receive: Any) -> bytes | None:
    """The whole body, None if the client has gone before its end."""
    received = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        received += message.get("body", b"")
        if not message.get("more_body"):
            return bytes(received)


async def _answer(send: Any, status: int, body: bytes) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
