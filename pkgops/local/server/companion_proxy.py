"""How is a service beside the emulator reached, when does it start, and when does it end?

Requests for ``/_companions/<name>/...`` go to a process of ``pkgops.local.companions.<name>``, started by the first
of them. It inherits a socket that listens already, so nobody waits for it to be ready, and no port has to be chosen
or kept free. It ends with the server, however that ends, because its standard input does; and when the emulator is
emptied, because what it knows belongs to what was deployed.
"""

from __future__ import annotations

import asyncio
import json
import re
import socket
import sys
from pathlib import Path
from typing import Any

from pkgops.local.server.guard import Asgi
from pkgops.model import COMPANIONS

_PATH = re.compile(re.escape(COMPANIONS) + r"([a-z_]+)(/.*)")
_RESET = "/_ministack/reset"
_GRACE = 3.0  # seconds a companion may take to end
_MOMENT = 1.0  # seconds between a process's end and the news of it, at most
# Between two connections, not from end to end.
_HOP_BY_HOP = {b"connection", b"keep-alive", b"transfer-encoding", b"upgrade", b"content-length"}


class Companions:
    """The companions of the emulator that serves ``port``."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._running: dict[str, _Process] = {}
        self._client: Any = None
        self._lock = asyncio.Lock()

    def beside(self, app: Asgi) -> Asgi:
        """``app``, with the companions' paths before it."""

        async def serve(scope: dict[str, Any], receive: Any, send: Any) -> None:
            found = _PATH.fullmatch(scope["path"]) if scope["type"] == "http" else None
            if found:
                await self._pass_on(found[1], scope, receive, send)
                return
            await app(scope, receive, send)
            if scope["type"] == "http" and (scope["method"], scope["path"]) == ("POST", _RESET):
                await self.stop()

        return serve

    async def stop(self) -> None:
        """Ends them all; the next request starts them anew."""
        async with self._lock:
            running, self._running = self._running, {}
            await asyncio.gather(*(process.stop() for process in running.values()))
            if self._client is not None:
                await self._client.close()
                self._client = None

    async def _pass_on(self, name: str, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if not _known(name):
            await _answer(send, 404, f"There is no companion {name!r}.")
            return
        body = await _body(receive)
        try:
            status, headers, content = await self._asked(name, scope, body)
        except OSError as error:  # aiohttp's connection errors are among them
            print(f"companion {name}: {error}", flush=True)  # noqa: T201 - standard output is the log
            await _answer(send, 502, f"The companion {name} does not answer. See: pkgops local logs")
            return
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    async def _process(self, name: str) -> _Process:
        async with self._lock:
            process = self._running.get(name)
            if process is None or process.ended:
                process = self._running[name] = await _Process.start(name, self._port)
            return process

    async def _asked(
        self, name: str, scope: dict[str, Any], body: bytes
    ) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
        """The answer of a running companion. One whose end was not noticed yet refuses the connection, so that the
        request has not reached it: it goes to another one."""
        import aiohttp

        process = await self._process(name)
        try:
            return await self._ask(process, scope, body, name)
        except aiohttp.ClientConnectorError:
            if not await process.ending():
                raise
        return await self._ask(await self._process(name), scope, body, name)

    async def _ask(
        self, process: _Process, scope: dict[str, Any], body: bytes, name: str
    ) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
        import aiohttp
        from yarl import URL

        if self._client is None:
            self._client = aiohttp.ClientSession(auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar())
        raw = scope["raw_path"].decode("latin-1").partition("?")[0].removeprefix(f"{COMPANIONS}{name}")
        query = scope["query_string"].decode("latin-1")
        url = URL(f"http://127.0.0.1:{process.port}{raw}{'?' * bool(query)}{query}", encoded=True)
        given = [(key.decode("latin-1"), value.decode("latin-1")) for key, value in _kept(scope["headers"])]
        async with self._client.request(
            scope["method"], url, data=body, headers=given, allow_redirects=False
        ) as answer:
            content = await answer.read()
            return answer.status, _kept(answer.raw_headers), content


class _Process:
    """One running companion, on a port of loopback nobody else needs to know."""

    def __init__(self, process: asyncio.subprocess.Process, port: int) -> None:
        self._process = process
        self.port = port

    @property
    def ended(self) -> bool:
        return self._process.returncode is not None

    async def ending(self) -> bool:
        """True if it has ended, or does within a moment."""
        try:
            await asyncio.wait_for(self._process.wait(), _MOMENT)
        except TimeoutError:
            return False
        return True

    @classmethod
    async def start(cls, name: str, port: int) -> _Process:
        with socket.socket() as listening:
            listening.bind(("127.0.0.1", 0))
            listening.listen(128)
            emulator = f"http://127.0.0.1:{port}"
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-P",
                "-m",
                f"pkgops.local.companions.{name}",
                f"--fd={listening.fileno()}",
                f"--base={emulator}{COMPANIONS}{name}",
                f"--emulator={emulator}",
                stdin=asyncio.subprocess.PIPE,
                pass_fds=(listening.fileno(),),
            )
            return cls(process, int(listening.getsockname()[1]))

    async def stop(self) -> None:
        if self.ended:
            return
        self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), _GRACE)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()


def _known(name: str) -> bool:
    return (Path(__file__).parents[1] / "companions" / name / "__main__.py").is_file()


def _kept(headers: Any) -> list[tuple[bytes, bytes]]:
    return [(key, value) for key, value in headers if key.lower() not in _HOP_BY_HOP]


async def _body(receive: Any) -> bytes:
    received = bytearray()
    while True:
        message = await receive()
        received += message.get("body", b"")
        if not message.get("more_body"):
            return bytes(received)


async def _answer(send: Any, status: int, text: str) -> None:
    body = json.dumps({"error": {"type": "api_error", "message": text}}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
