"""The console's server: one port of loopback, until it is stopped.

Whoever comes first waits for nothing that only pages need: those are imported once the port answers.
"""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

from uvicorn import Config, Server

from pkgops.console.frame.later import Later
from pkgops.console.guard import Guard
from pkgops.errors import AccessError

if TYPE_CHECKING:
    from pkgops.console.frame.stage import ShownStage
    from pkgops.console.guard import Asgi


def serve(shown: ShownStage, port: int, opened: Callable[[str], None]) -> None:
    """Serves until SIGINT or SIGTERM; ``port`` 0 is any free one. ``opened`` gets the address to open, with the token,
    once it answers. AccessError if the port cannot be opened."""
    with listening(port) as listener:
        number = listener.getsockname()[1]
        pages = _Pages(shown)
        guard = Guard(pages, number)
        opened(f"http://127.0.0.1:{number}/?token={guard.token()}")
        asyncio.run(_until_a_signal(guard, listener, pages.begin))


class _Pages:
    """The application, imported in a thread of its own."""

    def __init__(self, shown: ShownStage) -> None:
        self._shown = shown
        self._app: Later[Asgi] = Later(self._import)
        self._preparing = Later(shown.prepare)

    def begin(self) -> None:
        """Begins to import it; then what pages will need is prepared."""
        self._app.begin().add_done_callback(lambda _: self._preparing.begin())

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Answers as soon as it is there."""
        app = await asyncio.wrap_future(self._app.begin())
        await app(scope, receive, send)

    def _import(self) -> Asgi:
        from pkgops.console.app import console

        return console(self._shown)


async def _until_a_signal(guard: Guard, listener: socket.socket, begin: Callable[[], None]) -> None:
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    begin()
    await answer(guard, listener, stopping)


async def answer(guard: Guard, listener: socket.socket, stopping: asyncio.Event) -> None:
    """Answers on a socket that listens, until ``stopping`` is set."""
    config = Config(
        guard,
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,  # what nobody has foreseen is still told
        access_log=False,
        proxy_headers=False,
        server_header=False,
    )
    server = _Server(config)
    waiting = asyncio.create_task(_stop(server, stopping))
    await server.serve([listener])
    waiting.cancel()


async def _stop(server: Server, stopping: asyncio.Event) -> None:
    await stopping.wait()
    server.should_exit = True


class _Server(Server):
    """Ends as it is told, and leaves signals alone."""

    def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override]
        return nullcontext()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Pages that follow something do not end by themselves."""
        for connection in self.server_state.connections:
            connection.transport.close()
        await super().shutdown(sockets)


def listening(port: int) -> socket.socket:
    """A socket on that port of loopback, 0 for any. AccessError if it cannot be opened."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
    except OSError as error:
        listener.close()
        raise AccessError(
            f"Port {port} cannot be opened: {error.strerror}.", "Leave --port out for any free one."
        ) from error
    listener.listen(100)
    return listener
