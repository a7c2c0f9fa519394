"""The servers that stand in for databases and caches, all kinds of them together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pkgops.local.databases.server_process import Servers


def running() -> dict[str, list[dict[str, Any]]]:
    """Every server by its kind: its name, its address, and whether its process is there."""
    return {kind: servers.rows() for kind, servers in _kinds().items()}


def stop_all() -> None:
    """Ends every server; the data of databases stay."""
    for servers in _kinds().values():
        servers.stop()


def _kinds() -> Mapping[str, Servers[Any]]:
    from pkgops.local.polyfills.elasticache import redis_servers
    from pkgops.local.polyfills.rds import postgres_servers

    return {"redis": redis_servers.SERVERS, "postgres": postgres_servers.SERVERS}
