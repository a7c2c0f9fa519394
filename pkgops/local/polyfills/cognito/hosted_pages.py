"""The hosted pages of a pool: where they lead, and whom a logout sends on.

The emulator shows the login at ``/oauth2/authorize`` alone, where AWS redirects to ``/login``, and lets a client
without registered addresses be left for any.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from pkgops.local.hooks.patch import require, wrap
from pkgops.local.hooks.types import Types

_LOGIN = "/login"


def install(_: Types) -> None:
    """Serves ``/login``, and checks ``/logout``."""
    from ministack import app
    from ministack.services import cognito

    require(cognito, "_find_pool_by_client_id", "_oauth2_error", "_qp")
    show = cognito.handle_oauth2_authorize
    wrap(cognito, "handle_oauth2_authorize", _redirecting)
    wrap(cognito, "handle_logout", _checking)
    wrap(app, "_handle_cognito_get_request", lambda original: _with_login(original, show))


def _redirecting(original: Any) -> Any:
    def authorize(method: str, path: str, headers: Any, query: Any) -> Any:
        answer = original(method, path, headers, query)
        return _to_login(query) if answer[0] == 200 else answer

    return authorize


def _to_login(query: Any) -> Any:
    address = f"{_LOGIN}?{urlencode(query, doseq=True)}"
    return 302, {"Location": address, "Cache-Control": "no-store"}, b""


def _with_login(original: Any, show: Any) -> Any:
    async def handle(method: str, path: str, headers: Any, query: Any) -> Any:
        if (method, path) == ("GET", _LOGIN):
            return show(method, path, headers, query)
        return await original(method, path, headers, query)

    return handle


def _checking(original: Any) -> Any:
    """Leads to a registered address, or with the parameters of a login to that."""

    def log_out(method: str, path: str, headers: Any, query: Any) -> Any:
        from ministack.services import cognito

        client = cognito._find_pool_by_client_id(cognito._qp(query, "client_id"))[2]
        address = cognito._qp(query, "logout_uri")
        if client is not None and address and address not in (client.get("LogoutURLs") or []):
            return cognito._oauth2_error("invalid_request", f"logout_uri is not allowed: {address}")
        if client is not None and not address and cognito._qp(query, "redirect_uri"):
            return cognito.handle_oauth2_authorize(method, path, headers, query)
        return original(method, path, headers, query)

    return log_out
