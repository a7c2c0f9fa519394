"""Who accepts connections, and when do they end?

uvicorn's own server looks ten times a second whether it is to end, and waits as long for whoever is still there; here
the end is an event.
"""

from __future__ import annotations

import asyncio
import logging

from uvicorn.config import Config
from uvicorn.server import ServerState

from pkgops.local.server.answers import framed
from pkgops.local.server.connections import Connection
from pkgops.local.server.guard import Asgi

_KEEP_ALIVE = 75  # seconds that a connection may be idle
_GRACE = 2.0  # seconds that what is being answered may take to end
_BACKLOG = 1024


class HttpServer:
    """Answers connections with ``app``, which with ``lifespan`` is told of the beginning and the end. ``app`` of the
    server gives answers that can be sent as they are."""

    def __init__(self, app: Asgi, *, lifespan: bool = False) -> None:
        self.app = framed(app)
        self._config = Config(
            self.app,
            http=Connection,
            interface="asgi3",
            lifespan="on" if lifespan else "off",
            log_config=None,
            log_level="warning",  # below that it writes down the queries of WebSockets, where tokens are
            access_log=False,
            proxy_headers=False,
            server_header=False,
            date_header=False,
            timeout_keep_alive=_KEEP_ALIVE,
            ws="wsproto",
            ws_ping_interval=None,
            reset_contextvars=True,  # or a request that was sent ahead would begin with what the one before it has left
        )
        self._config.load()
        logging.getLogger("uvicorn.error").addFilter(_unless_cancelled)
        self._state = ServerState()
        self._lifespan = self._config.lifespan_class(self._config)

    def connection(self) -> Connection:
        """What speaks with a new client."""
        return Connection(self._config, self._state, self._lifespan.state)

    async def serve(self, port: int, stopping: asyncio.Event) -> None:
        """Answers on a port of loopback until ``stopping`` is set. OSError if the port cannot be opened."""
        await self._lifespan.startup()
        if self._lifespan.should_exit:
            raise RuntimeError("The emulator has not started; the log says why.")
        listening = await asyncio.get_running_loop().create_server(self.connection, "127.0.0.1", port, backlog=_BACKLOG)
        try:
            await stopping.wait()
        finally:
            listening.close()
            await self._end()
            await self._lifespan.shutdown()

    async def _end(self) -> None:
        """Those that wait for a request end at once, the others once they are answered, if that is soon."""
        for connection in list(self._state.connections):
            connection.shutdown()
        if self._state.tasks:
            await asyncio.wait(list(self._state.tasks), timeout=_GRACE)
        self.abort()

    def abort(self) -> None:
        """Ends what is still open, whatever it is doing."""
        for task in list(self._state.tasks):
            task.cancel()
        for connection in list(self._state.connections):
            connection.transport.abort()


def _unless_cancelled(record: logging.LogRecord) -> bool:
    """What we end ourselves is no error."""
    return not (record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError))
