"""What answers on ports of its own: distributions and WebSocket APIs."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial

from pkgops.local import socket_policy
from pkgops.local.home import Home
from pkgops.local.hooks.patch import require
from pkgops.local.server import certificate
from pkgops.local.server.guard import Asgi, Policy
from pkgops.local.server.socket_ports import SocketPorts, addressed
from pkgops.local.server.viewer_ports import ViewerPorts

Guarded = Callable[[Asgi, Policy], Asgi]  # an application behind the guard, with the rule for who may use it


class DeployedPorts:
    """The ports of the emulator on ``port``, with the home's certificate."""

    def __init__(self, home: Home, port: int) -> None:
        from ministack.services import apigateway, cloudfront

        require(cloudfront, "_distributions", "handle_viewer_request", "_dist_config_el", "_text")
        require(cloudfront, "_get_distribution_aliases")
        require(apigateway, "_apis")
        secure = cache(lambda: certificate.context(home))
        self.viewers = ViewerPorts(cloudfront._distributions, port, secure)
        self._sockets = SocketPorts(apigateway._apis, port, secure, self._socket)

    def start(self, guarded: Guarded) -> None:
        """Opens all there are, and from now on all that come."""
        self._guarded = guarded
        self.viewers.start()
        self._sockets.start()

    def stop(self) -> None:
        """Closes them all."""
        self.viewers.stop()
        self._sockets.stop()

    def rows(self) -> dict[str, list[dict[str, str]]]:
        """What the server says about itself of them."""
        return {"distributions": self.viewers.rows(), "websocket_apis": self._sockets.rows()}

    def _socket(self, api: str) -> Asgi:
        from ministack import app

        return self._guarded(addressed(app.app, api), partial(socket_policy.decide, api))
