"""A companion's listening socket, which outlives its processes, and the process that answers there.

The first connection starts one, and so does the first after its end. Whoever connects while there is none waits; a
process that ends without having answered them is tried once more, and then they are told that it does not answer.
"""

from __future__ import annotations

import asyncio
import json
import os
import select
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pkgops.local.companion import listen

_STOP_SECONDS = 3.0  # how long a companion may take to end
_ATTEMPTS = 2  # of a process to answer those who wait
_HASTY_SECONDS = 5.0  # a process that has lived longer has answered somebody
_HEARD_SECONDS = 1.0  # for a request that gets no other answer
_TOOL = Path(__file__).resolve().parents[3]


@dataclass(frozen=True, slots=True)
class Program:
    """The companion ``name``: a module of ``project``, the emulator's address, and the one its links begin with."""

    name: str
    module: str
    project: Path
    emulator: str
    base: str

    def command(self, descriptor: int) -> list[str]:
        """What starts it on that socket."""
        options = (f"--fd={descriptor}", f"--base={self.base}", f"--emulator={self.emulator}")
        return [sys.executable, "-P", "-m", self.module, *options]

    def environment(self) -> Mapping[str, str]:
        """The server's own, with the project's modules and the tool's."""
        return {**os.environ, "PYTHONPATH": f"{self.project}{os.pathsep}{_TOOL}"}


class CompanionServer:
    """One companion, from now on. Made in any thread; ``loop`` does everything else."""

    def __init__(self, program: Program, loop: asyncio.AbstractEventLoop) -> None:
        self._program = program
        self._loop = loop
        self._listening = listen()
        self._listening.setblocking(False)
        self.port = int(self._listening.getsockname()[1])
        self._process: asyncio.subprocess.Process | None = None
        self._running: asyncio.Task[None] | None = None
        self._hasty = 0
        self._closed = False
        loop.call_soon_threadsafe(self._watch)

    async def close(self) -> None:
        """Ends the process and gives up the socket."""
        self._closed = True
        self._loop.remove_reader(self._listening)
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            try:
                await asyncio.wait_for(self._process.wait(), _STOP_SECONDS)
            except TimeoutError:
                self._process.kill()
        if self._running is not None:
            await self._running
        self._listening.close()

    def _watch(self) -> None:
        if not self._closed:
            self._loop.add_reader(self._listening, self._begin)

    def _begin(self) -> None:
        self._loop.remove_reader(self._listening)  # from here on the process takes the connections
        self._running = self._loop.create_task(self._run())

    async def _run(self) -> None:
        began = time.monotonic()
        descriptor = self._listening.fileno()
        self._process = await asyncio.create_subprocess_exec(
            *self._program.command(descriptor),
            stdin=asyncio.subprocess.PIPE,
            pass_fds=(descriptor,),
            env=self._program.environment(),
        )
        if self._closed:
            self._process.terminate()
        await self._process.wait()
        if self._closed:
            return
        hasty = self._is_asked() and time.monotonic() - began < _HASTY_SECONDS
        self._hasty = self._hasty + 1 if hasty else 0
        if self._hasty == _ATTEMPTS:
            self._hasty = 0
            await self._refuse_all()
        self._watch()

    def _is_asked(self) -> bool:
        """Whether somebody waits to be answered."""
        waiting = select.poll()
        waiting.register(self._listening, select.POLLIN)
        return bool(waiting.poll(0))

    async def _refuse_all(self) -> None:
        name = self._program.name
        print(f"companion {name}: it ends before it answers", flush=True)  # noqa: T201 - standard output is the log
        with suppress(BlockingIOError):
            while True:
                connection, _ = self._listening.accept()
                with suppress(OSError, TimeoutError):  # who has gone is not told
                    reader, writer = await asyncio.open_connection(sock=connection)
                    await asyncio.wait_for(reader.read(1 << 16), _HEARD_SECONDS)
                    writer.write(_refusal(name))
                    await writer.drain()
                    writer.close()


def problem(text: str) -> bytes:
    """The body of an answer in place of a companion's."""
    return json.dumps({"error": {"type": "api_error", "message": text}}).encode()


def no_answer(name: str) -> bytes:
    """The one where it does not answer."""
    return problem(f"The companion {name} does not answer. See: pkgops local logs")


def _refusal(name: str) -> bytes:
    body = no_answer(name)
    head = "HTTP/1.1 502 Bad Gateway\r\nContent-Type: application/json\r\nConnection: close\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
