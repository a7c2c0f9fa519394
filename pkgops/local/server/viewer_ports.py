"""A port of loopback for every distribution, on which it answers http and https alike.

So a distribution has one address, and where it redirects to https only the scheme changes. Nothing but the distribution
is reached through it.
"""

from __future__ import annotations

from typing import Any

from pkgops.local.edge.viewer import Viewer
from pkgops.local.server.guard import Asgi
from pkgops.local.server.own_ports import Context, OwnPorts, Served

_FIRST = 100  # above the emulator's own port


class ViewerPorts(OwnPorts):
    """The ports of the distributions in ``store`` (the emulator's own, account and id -> record)."""

    def __init__(self, store: Any, port: int, context: Context) -> None:
        super().__init__(Served(store, port + _FIRST, Viewer), context)
        self._store = store

    def wrap(self, app: Asgi) -> Asgi:
        """``app``, with requests that have a distribution's domain as their host in front of it."""

        async def serve(scope: dict[str, Any], receive: Any, send: Any) -> None:
            key = self._named(scope) if scope["type"] == "http" else None
            await (Viewer(key, behind=True) if key else app)(scope, receive, send)

        return serve

    def _named(self, scope: dict[str, Any]) -> tuple[str, str] | None:
        host = next((value for name, value in scope["headers"] if name.lower() == b"host"), b"")
        domain = host.decode("latin-1").partition(":")[0].lower()
        if not domain.endswith(".cloudfront.net"):
            return None
        return next((key for key, record in list(self._store._data.items()) if record["DomainName"] == domain), None)

    def rows(self) -> list[dict[str, str]]:
        """Every distribution: its id, domain, comment, and address on loopback ("" if it has no port), sorted."""
        from ministack.services import cloudfront

        rows = []
        for key, record, port in self.ports():
            comment = cloudfront._text(cloudfront._dist_config_el(record), "Comment") or ""
            address = f"https://127.0.0.1:{port}" if port else ""
            rows.append({"id": key[1], "domain": record["DomainName"], "comment": comment, "address": address})
        return rows
