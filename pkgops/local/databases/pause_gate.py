"""How does a cluster pause that nobody is connected to? A gate stands in front of its server.

The gate has the cluster's port and hands what it gets on to the server's. When nobody has been connected for long
enough, the cluster is paused: the next connections are held for as long as AWS takes to resume one, and then handed
on, so that a client sees what it would see there, a first connection that takes its time. The server itself goes on.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from functools import cache
from typing import Any, TypeVar

from pkgops.local.databases.server_process import HOST

_PIECE = 65536
_LOOK = 0.05  # seconds between two looks at the clock while connections are held
Result = TypeVar("Result")


class PauseGate:
    """The gate of one cluster, which pauses after ``after`` idle seconds (None: never) and takes ``resume`` seconds to
    be there again. Its methods may be called by every thread but that of the gates."""

    def __init__(self, after: float | None, resume: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.after = after
        self.port = 0
        self._resume, self._clock = resume, clock
        self._server_port = 0
        self._listener: asyncio.Server | None = None
        self._open: set[asyncio.Task[Any]] = set()
        self._idle_since = self._awake_from = clock()
        self._paused = False

    @property
    def state(self) -> str:
        """``paused``, ``resuming`` or ``awake``."""
        if self._clock() < self._awake_from:
            return "resuming"
        return "paused" if self._sleeps() else "awake"

    @property
    def connections(self) -> int:
        """How many connections keep it awake."""
        return len(self._open)

    def listen(self, port: int = 0) -> None:
        """Takes ``port``, or a free one if that is 0. OSError if another program has it."""
        self._listener = _run(asyncio.start_server(self._serve, HOST, port))
        self.port = int(self._listener.sockets[0].getsockname()[1])

    def lead_to(self, port: int) -> None:
        """Hands connections on to the server on that port from now on."""
        self._server_port = port
        self._idle_since = self._clock()

    def pause(self) -> bool:
        """Pauses the cluster at once; False if a connection keeps it awake, or if it never pauses."""
        self._paused = self.after is not None and not self._open
        return self._paused

    def close(self) -> None:
        """Gives the port back and ends every connection."""
        if self._listener is not None:
            _run(self._close())

    def _sleeps(self) -> bool:
        if self._open or self.after is None:
            return False
        return self._paused or self._clock() - self._idle_since >= self.after

    async def _close(self) -> None:
        assert self._listener  # noqa: S101 - for the type checker
        self._listener.close()
        for task in tuple(self._open):
            task.cancel()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._sleeps():
            self._paused, self._awake_from = False, self._clock() + self._resume
        task = asyncio.current_task()
        assert task  # noqa: S101 - for the type checker
        self._open.add(task)
        try:
            while self._clock() < self._awake_from:
                await asyncio.sleep(_LOOK)
            await self._connect(reader, writer)
        except (OSError, asyncio.CancelledError):
            pass  # a server that is not there, a client that went away, or the end: whoever waits sees the end
        finally:
            writer.close()
            self._open.discard(task)
            self._idle_since = self._clock()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_server, to_server = await asyncio.open_connection(HOST, self._server_port)
        ways = [asyncio.create_task(_copy(reader, to_server)), asyncio.create_task(_copy(from_server, writer))]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            to_server.close()


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while piece := await source.read(_PIECE):
            target.write(piece)
            await target.drain()


def _run(work: Coroutine[Any, Any, Result]) -> Result:
    return asyncio.run_coroutine_threadsafe(work, _loop()).result()


@cache
def _loop() -> asyncio.AbstractEventLoop:
    """The one of all gates, in a thread of its own, which there is only once there is a gate."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="pause gates", daemon=True).start()
    return loop
