"""The proxy in front of a project's companions, which starts and stops them.

Requests for ``/_companions/<name>/...`` go to a process of the project's package ``companions.<system>.<name>``, which
the first of them starts. It inherits a listening socket, so that no request waits until it is ready and no port has to
be chosen. It ends with the server, however that ends, because its standard input does; and when the emulator is
emptied, because what it knows belongs to what was deployed.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import socket
import sys
from pathlib import Path
from typing import Any

from pkgops.local.server.guard import Asgi
from pkgops.model import COMPANIONS

_PATH = re.compile(re.escape(COMPANIONS) + r"([a-z][a-z0-9_]*)(/.*)")
_RESET = "/_ministack/reset"
_STOP_SECONDS = 3.0  # how long a companion may take to end
_EXIT_SECONDS = 1.0  # between a process's end and the news of it, at most
# Between two connections, not from end to end.
_HOP_BY_HOP = {b"connection", b"keep-alive", b"transfer-encoding", b"upgrade", b"content-length"}


class CompanionProxy:
    """The companions of ``project`` (None: there are none), served by the emulator on ``port``."""

    def __init__(self, project: Path | None, port: int) -> None:
        self._project = project
        self._port = port
        self._running: dict[str, _Process] = {}
        self._client: Any = None
        self._lock = asyncio.Lock()

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

    async def stop(self) -> None:
        """Ends them all; the next request starts new ones."""
        async with self._lock:
            running, self._running = self._running, {}
            await asyncio.gather(*(process.stop() for process in running.values()))
            if self._client is not None:
                await self._client.close()
                self._client = None

    async def _forward(self, name: str, scope: dict[str, Any], receive: Any, send: Any) -> None:
        modules = _modules(self._project, name)
        if len(modules) != 1:
            several = f"Several systems have a companion {name!r}: {', '.join(modules)}."
            await _answer(send, 404, several if modules else f"There is no companion {name!r}.")
            return
        body = await _body(receive)
        try:
            status, headers, content = await self._exchange(modules[0], name, scope, body)
        except OSError as error:  # aiohttp's connection errors are among them
            print(f"companion {name}: {error}", flush=True)  # noqa: T201 - standard output is the log
            await _answer(send, 502, f"The companion {name} does not answer. See: pkgops local logs")
            return
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    async def _process(self, module: str, name: str) -> _Process:
        async with self._lock:
            process = self._running.get(name)
            if process is None or process.ended:
                process = self._running[name] = await self._start(module, name)
            return process

    async def _start(self, module: str, name: str) -> _Process:
        emulator = f"http://127.0.0.1:{self._port}"
        with socket.socket() as listening:
            listening.bind(("127.0.0.1", 0))
            listening.listen(128)
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-P",
                "-m",
                module,
                f"--fd={listening.fileno()}",
                f"--base={emulator}{COMPANIONS}{name}",
                f"--emulator={emulator}",
                stdin=asyncio.subprocess.PIPE,
                pass_fds=(listening.fileno(),),
                env={**os.environ, "PYTHONPATH": f"{self._project}{os.pathsep}{_TOOL}"},
            )
            return _Process(process, int(listening.getsockname()[1]))

    async def _exchange(
        self, module: str, name: str, scope: dict[str, Any], body: bytes
    ) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
        """The answer of a running companion. One whose end was not noticed yet refuses the connection, so that the
        request has not reached it: it goes to a new one."""
        import aiohttp

        process = await self._process(module, name)
        try:
            return await self._request(process, name, scope, body)
        except aiohttp.ClientConnectorError:
            if not await process.ends():
                raise
        return await self._request(await self._process(module, name), name, scope, body)

    async def _request(
        self, process: _Process, name: str, scope: dict[str, Any], body: bytes
    ) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
        import aiohttp
        from yarl import URL

        if self._client is None:
            self._client = aiohttp.ClientSession(auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar())
        raw = scope["raw_path"].decode("latin-1").partition("?")[0].removeprefix(f"{COMPANIONS}{name}")
        query = scope["query_string"].decode("latin-1")
        url = URL(f"http://127.0.0.1:{process.port}{raw}{'?' * bool(query)}{query}", encoded=True)
        given = [(key.decode("latin-1"), value.decode("latin-1")) for key, value in _end_to_end(scope["headers"])]
        async with self._client.request(
            scope["method"], url, data=body, headers=given, allow_redirects=False
        ) as answer:
            content = await answer.read()
            return answer.status, _end_to_end(answer.raw_headers), content


class _Process:
    """One running companion and its port on loopback."""

    def __init__(self, process: asyncio.subprocess.Process, port: int) -> None:
        self._process = process
        self.port = port

    @property
    def ended(self) -> bool:
        return self._process.returncode is not None

    async def ends(self) -> bool:
        """True if it has ended, or does within `_EXIT_SECONDS`."""
        try:
            await asyncio.wait_for(self._process.wait(), _EXIT_SECONDS)
        except TimeoutError:
            return False
        return True

    async def stop(self) -> None:
        if self.ended:
            return
        self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), _STOP_SECONDS)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()


_TOOL = Path(__file__).resolve().parents[3]


def _modules(project: Path | None, name: str) -> list[str]:
    """The packages that could be meant: one, unless the project is wrong."""
    found = sorted(project.glob(f"companions/*/{name}/__main__.py")) if project else []
    return [f"companions.{path.parts[-3]}.{name}" for path in found]


def _end_to_end(headers: Any) -> list[tuple[bytes, bytes]]:
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
