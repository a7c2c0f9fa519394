"""A port of loopback for every WebSocket API, so that its address is a host and a stage, as on AWS.

Programs derive the management endpoint from such an address: ``wss://HOST/STAGE`` makes ``https://HOST/STAGE``. Nothing
but the API is reached through its port.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pkgops.local.server.guard import Asgi
from pkgops.local.server.own_ports import Context, OwnPorts, Record, Served

_FIRST = 200  # above the emulator's own port, and above where distributions begin


class SocketPorts(OwnPorts):
    """The ports of the WebSocket APIs in ``store`` (the emulator's own, account, region and id -> record).
    ``application(api)`` answers for one, as a guard in front of `addressed` does."""

    def __init__(self, store: Any, port: int, context: Context, application: Callable[[str], Asgi]) -> None:
        super().__init__(Served(store, port + _FIRST, lambda key: application(key[2]), _is_websocket), context)

    def rows(self) -> list[dict[str, str]]:
        """Every WebSocket API: its id, name, and host on loopback ("" if it has no port), sorted."""
        return [
            {"id": key[2], "name": str(record.get("name", "")), "host": f"127.0.0.1:{port}" if port else ""}
            for key, record, port in self.ports()
        ]


def addressed(app: Asgi, api: str) -> Asgi:
    """``app``, the emulator, for requests whose path begins with a stage of the API."""
    prefix = f"/_aws/execute-api/{api}"

    async def serve(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] in ("http", "websocket"):
            raw = prefix.encode() + (scope.get("raw_path") or scope["path"].encode())
            scope = scope | {"path": prefix + scope["path"], "raw_path": raw}
        await app(scope, receive, send)

    return serve


def _is_websocket(record: Record) -> bool:
    return record.get("protocolType") == "WEBSOCKET"
