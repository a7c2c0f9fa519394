"""HTTP/2, which browsers and a distribution agree upon in the handshake of TLS; all others speak HTTP/1.1.

It is hypercorn's, which the emulator brings along, imported by the first connection that needs it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from pkgops.local.server.guard import Asgi

_IDLE = 75  # seconds that a connection may be idle


class Agreed(asyncio.Protocol):
    """A new connection, which becomes one of HTTP/2 with ``app``, in a task among ``tasks``, or else what
    ``connection`` makes."""

    def __init__(self, app: Asgi, connection: Callable[[], asyncio.Protocol], tasks: set[asyncio.Task[None]]) -> None:
        self._app, self._connection, self._tasks = app, connection, tasks

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The handshake is over; nothing has been read yet."""
        secure = transport.get_extra_info("ssl_object")
        http2 = secure is not None and secure.selected_alpn_protocol() == "h2"
        spoken = _http2(self._app, self._tasks) if http2 else self._connection()
        transport.set_protocol(spoken)
        spoken.connection_made(transport)


def _http2(app: Asgi, tasks: set[asyncio.Task[None]]) -> asyncio.Protocol:
    from hypercorn.asyncio.tcp_server import TCPServer
    from hypercorn.asyncio.worker_context import WorkerContext
    from hypercorn.config import Config
    from hypercorn.utils import wrap_app

    loop, config = asyncio.get_running_loop(), Config()
    config.keep_alive_timeout, config.keep_alive_max_requests = _IDLE, 1_000_000
    config.include_server_header, config.loglevel = False, "WARNING"
    wrapped = wrap_app(app, config.wsgi_max_body_size, "asgi")

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task: asyncio.Task[None] = asyncio.current_task(loop)  # type: ignore[assignment]
        tasks.add(task)
        task.add_done_callback(tasks.discard)
        try:
            await TCPServer(wrapped, loop, config, WorkerContext(None), {}, reader, writer)
        except* OSError:  # the viewer has gone, perhaps in the middle of TLS: nobody is left to be told
            writer.close()

    return asyncio.StreamReaderProtocol(asyncio.StreamReader(loop=loop), serve, loop=loop)
