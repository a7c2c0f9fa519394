"""The console's server: one port of loopback, until it is stopped."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Callable

from hypercorn.asyncio import serve as serve_http
from hypercorn.config import Config

from pkgops.console.app import console
from pkgops.console.frame.stage import ShownStage
from pkgops.console.guard import Guard
from pkgops.errors import AccessError


def serve(shown: ShownStage, port: int, opened: Callable[[str], None]) -> None:
    """Serves until SIGINT or SIGTERM; ``port`` 0 is any free one. ``opened`` gets the address to open, with the token,
    once it answers. AccessError if the port cannot be opened."""
    with listening(port) as listener:
        number = listener.getsockname()[1]
        guard = Guard(console(shown), number)
        opened(f"http://127.0.0.1:{number}/?token={guard.token()}")
        asyncio.run(_until_a_signal(guard, listener))


async def _until_a_signal(guard: Guard, listener: socket.socket) -> None:
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    await answer(guard, listener, stopping)


async def answer(guard: Guard, listener: socket.socket, stopping: asyncio.Event) -> None:
    """Answers on a socket that listens, until ``stopping`` is set."""
    config = Config()
    config.bind = [f"fd://{listener.detach()}"]  # which closes it
    config.graceful_timeout = 0.2  # pages that follow something do not end by themselves
    config.include_server_header = False
    config.loglevel = "ERROR"  # what nobody has foreseen
    await serve_http(guard, config, shutdown_trigger=stopping.wait)


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
