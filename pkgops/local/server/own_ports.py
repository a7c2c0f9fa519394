"""Ports of loopback for what is deployed, each its own, which answer http and https alike.

The first byte of a connection tells which: a TLS client begins with a handshake. So what is deployed has one address,
and https differs from http by the scheme alone. A port stays its record's own for as long as that exists; a new one
gets the lowest that is free.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from pkgops.local.hooks.distributions import PORT
from pkgops.local.server.guard import Asgi
from pkgops.local.server.http2 import Agreed
from pkgops.local.server.http_server import HttpServer

_TRIED = 1000

_HANDSHAKE = b"\x16"
_SECONDS = 10.0  # a connection may say nothing, and a handshake may take

Record = dict[str, Any]
Context = Callable[[], ssl.SSLContext]  # what a TLS server needs


@dataclass(frozen=True, slots=True)
class Served:
    """Which records of ``store`` (the emulator's own, by account and id among others) have a port: those that are
    ``wanted``. ``application`` makes of a key what answers there; ports are looked for from ``first``."""

    store: Any
    first: int
    application: Callable[[Any], Asgi]
    wanted: Callable[[Record], bool] = lambda _: True

    def records(self) -> dict[Any, Record]:
        """Those records, by their keys."""
        return {key: record for key, record in dict(self.store._data).items() if self.wanted(record)}


class OwnPorts:
    """The ports of what is ``served``."""

    def __init__(self, served: Served, context: Context) -> None:
        self._served = served
        self._context = context
        self._open: dict[Any, _Listener] = {}
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self) -> None:
        """Opens the ports of all there are, and from now on those of all that come."""
        self._loop = asyncio.get_running_loop()
        watched = _Watched(self._served.store._data)
        watched.changed = self._follow
        self._served.store._data = watched
        self._follow()

    def stop(self) -> None:
        """Closes them all."""
        with self._lock:
            self._loop = None
            for listener in self._open.values():
                listener.close()
            self._open.clear()

    def ports(self) -> list[tuple[Any, Record, int]]:
        """Every record with its key and its port (0 if none was free), sorted."""
        found = sorted(self._served.records().items())
        return [(key, record, record.get(PORT, 0) if key in self._open else 0) for key, record in found]

    def _follow(self) -> None:
        """Makes the open ports those of the records there are; called in any thread."""
        with self._lock:
            if self._loop is None:
                return
            there = self._served.records()
            for gone in self._open.keys() - there.keys():
                self._loop.call_soon_threadsafe(self._open.pop(gone).close)
            # Those that had a port before take theirs before a new one can.
            for key, record in sorted(there.items(), key=lambda item: PORT not in item[1]):
                if key not in self._open and (listening := self._listen(record)):
                    with suppress(OSError):  # a full disk: then only http is answered
                        self._context()  # the certificate is there as soon as an address is
                    record[PORT] = listening.getsockname()[1]
                    self._open[key] = _Listener(listening, self._served.application(key), self._context)
                    self._loop.call_soon_threadsafe(self._open[key].start)

    def _listen(self, record: Record) -> socket.socket | None:
        for port in self._candidates(record):
            made = socket.socket()
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                made.bind(("127.0.0.1", port))
                made.listen(128)
            except OSError:
                made.close()
                continue
            made.setblocking(False)
            return made
        return None

    def _candidates(self, record: Record) -> Iterator[int]:
        if record.get(PORT):
            yield record[PORT]
        others = {other.get(PORT) for other in self._served.records().values()}
        for number in range(self._served.first, self._served.first + _TRIED):
            port = number if number < 65536 else number - 65536 + 1024
            if port not in others:
                yield port


class _Watched(dict[Any, Any]):
    """The records by account and id; says when one has come or gone."""

    changed: Callable[[], None] = staticmethod(lambda: None)

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(key, value)
        self.changed()

    def __delitem__(self, key: Any) -> None:
        super().__delitem__(key)
        self.changed()

    def pop(self, *args: Any) -> Any:
        found = super().pop(*args)
        self.changed()
        return found

    def clear(self) -> None:
        super().clear()
        self.changed()

    def update(self, *args: Any, **named: Any) -> None:
        super().update(*args, **named)
        self.changed()

    def __deepcopy__(self, memo: dict[int, Any]) -> dict[Any, Any]:
        """What is saved is a dictionary like any other."""
        import copy

        return copy.deepcopy(dict(self), memo)


class _Listener:
    """One listening socket and its connections."""

    def __init__(self, listening: socket.socket, app: Asgi, context: Context) -> None:
        self._listening, self._tls = listening, context
        self._http = HttpServer(app)
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    def start(self) -> None:
        """Accepts from now on; earlier connections have waited."""
        if not self._closed:
            self._keep(self._accept())

    def close(self) -> None:
        """Accepts nothing more, and ends what is still open."""
        self._closed = True
        for task in self._tasks:
            task.cancel()
        self._listening.close()
        self._http.abort()

    def _keep(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _accept(self) -> None:
        loop = asyncio.get_running_loop()
        while not self._closed:
            try:
                connection, _ = await loop.sock_accept(self._listening)
            except OSError:  # too many are open
                await asyncio.sleep(0.1)
                continue
            connection.setblocking(False)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # a body need not wait for its head's ACK
            self._keep(self._serve(connection))

    async def _serve(self, connection: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        try:
            first = await asyncio.wait_for(_first_byte(loop, connection), _SECONDS)
            secure = self._tls() if first == _HANDSHAKE else None
            timeout = _SECONDS if secure else None
            await loop.connect_accepted_socket(
                lambda: Agreed(self._http.app, self._http.connection, self._tasks),
                connection,
                ssl=secure,
                ssl_handshake_timeout=timeout,
            )
        except (OSError, TimeoutError):  # a handshake that fails, such as with a certificate nobody trusts, among them
            connection.close()


async def _first_byte(loop: asyncio.AbstractEventLoop, connection: socket.socket) -> bytes:
    """What the client says first, which stays to be read."""
    ready: asyncio.Future[None] = loop.create_future()
    loop.add_reader(connection.fileno(), lambda: None if ready.done() else ready.set_result(None))
    try:
        await ready
    finally:
        loop.remove_reader(connection.fileno())
    return connection.recv(1, socket.MSG_PEEK)
