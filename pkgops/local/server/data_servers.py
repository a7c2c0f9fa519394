"""The servers that stand in for databases and caches, all kinds of them together."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from pkgops.local.databases.server_process import Servers
from pkgops.local.home import PAUSE_PATH
from pkgops.local.server.guard import Asgi


def running() -> dict[str, list[dict[str, Any]]]:
    """Every server by its kind: its name, its address, whether its process is there, and its state."""
    return {kind: servers.rows() for kind, servers in _kinds().items()}


def stop_all() -> None:
    """Ends every server; the data of databases stay."""
    for servers in _kinds().values():
        servers.stop()


def pausing(app: Asgi) -> Asgi:
    """``app``, and before it the path that pauses clusters, which the guard gives to root alone."""

    async def serve(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["path"] != PAUSE_PATH or scope["method"] != "POST":
            await app(scope, receive, send)
            return
        name = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("cluster", [""])[0]
        body = json.dumps(_pause(name)).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return serve


def _pause(name: str) -> list[dict[str, Any]]:
    """Pauses the cluster of that name, every cluster that can pause if that is "": whether it has, and how many
    connections keep it awake."""
    from pkgops.local.polyfills.rds import postgres_servers

    return [
        {"name": one.name, "paused": one.gate.pause(), "connections": one.gate.connections}
        for one in postgres_servers.SERVERS.of(())
        if one.gate and one.gate.after is not None and name in ("", one.name)
    ]


def _kinds() -> Mapping[str, Servers[Any]]:
    from pkgops.local.polyfills.elasticache import redis_servers
    from pkgops.local.polyfills.rds import postgres_servers

    return {"redis": redis_servers.SERVERS, "postgres": postgres_servers.SERVERS}
