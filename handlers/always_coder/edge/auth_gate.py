"""What every request for a page goes through: who is logged in sees it, everybody else is sent to the login."""

from __future__ import annotations

import logging
from functools import cache
from typing import Any

from handlers.always_coder.site.messages import cookies, host, redirect
from handlers.always_coder.site.returning import state_for
from handlers.always_coder.site.settings import pool
from handlers.always_coder.tokens.keys import Keys
from handlers.always_coder.tokens.visitors import Visitors

_LOGIN, _CALLBACK, _LOGOUT = "/login", "/auth/callback", "/auth/logout"
# Public, and so are files such as api/config.json; pages and the data of pages (.html, .txt) are not.
_STATIC = (
    *(".js", ".css", ".json", ".map", ".svg", ".ico", ".png", ".jpg", ".jpeg", ".gif"),
    *(".woff", ".woff2", ".ttf", ".eot"),
)
_CLEARED = {"id_token": "/", "access_token": "/", "refresh_token": "/auth", "logged_in": "/", "user_email": "/"}


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """CloudFront's viewer-request event: the request, which goes on, or the response to it."""
    request: dict[str, Any] = event["Records"][0]["cf"]["request"]
    if request["uri"] == _LOGIN:
        return {**request, "uri": f"{_LOGIN}.html"}
    if request["uri"] == _CALLBACK:
        return request
    request = {**request, "uri": _file(request["uri"])}
    if request["uri"].lower().endswith(_STATIC):
        return request
    if request["uri"] == _LOGOUT:
        gone = [f"{name}=; Max-Age=0; Path={path}; Secure; SameSite=Lax" for name, path in _CLEARED.items()]
        return redirect(f"https://{host(request)}{_LOGIN}", gone)
    token = cookies(request).get("id_token")
    refusal = _visitors().refusal(token) if token else "no token"
    if not refusal:
        return request
    if token:
        logging.getLogger(__name__).warning("token refused: %s", refusal)
    return redirect(f"https://{host(request)}{_LOGIN}?state={state_for(_address(request))}")


def _file(uri: str) -> str:
    """The file of a page: pages are asked for without the end of their names."""
    if uri == "/" or "." in uri or uri.startswith(("/auth/", "/_next/")):
        return uri
    return f"{uri}.html"


def _address(request: dict[str, Any]) -> str:
    query = f"?{request['querystring']}" if request.get("querystring") else ""
    return f"https://{host(request)}{request['uri']}{query}"


@cache
def _visitors() -> Visitors:
    return Visitors(pool().issuer, pool().client, Keys(pool().keys))
