"""The servers that stand in for databases and caches, all kinds of them together."""

from __future__ import annotations

from typing import Any


def running() -> dict[str, list[dict[str, Any]]]:
    """Every server by its kind: its name, its address, and whether its process is there."""
    from pkgops.local.polyfills.elasticache import redis_servers
    from pkgops.local.polyfills.rds import postgres_servers

    return {"redis": redis_servers.running(), "postgres": postgres_servers.running()}


def stop_all() -> None:
    """Ends every server."""
    from pkgops.local.polyfills.elasticache import redis_servers
    from pkgops.local.polyfills.rds import postgres_servers

    redis_servers.stop_all()
    postgres_servers.stop_all()
