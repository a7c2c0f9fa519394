"""Logins that lead back to a distribution: a client registers its domain, which no name server here knows, and a
browser comes from its port on loopback. Either stands for the other."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode

from pkgops.local.hooks.distributions import as_here, as_on_aws
from pkgops.local.hooks.patch import require, wrap
from pkgops.local.hooks.types import Types

AFTER = ("cognito.hosted_pages",)
_NAMED = ("redirect_uri", "logout_uri")


def install(_: Types) -> None:
    """Translates what comes to the hosted pages, and where they lead."""
    from ministack import app
    from ministack.services import cloudfront

    require(cloudfront, "_distributions")
    wrap(app, "_handle_cognito_get_request", _asked)
    wrap(app, "_handle_cognito_body_request", _sent)


def _asked(original: Any) -> Any:
    async def handle(method: str, path: str, headers: Any, query: Any) -> Any:
        return _led(await original(method, path, headers, _translated(query)))

    return handle


def _sent(original: Any) -> Any:
    async def handle(method: str, path: str, headers: Any, body: bytes, query: Any) -> Any:
        return _led(await original(method, path, headers, _form(path, body), _translated(query)))

    return handle


def _translated(query: Any) -> Any:
    """A query, by name a text or a list of them."""
    changed = dict(query)
    for name in _NAMED:
        value = changed.get(name)
        if isinstance(value, list):
            changed[name] = [as_on_aws(one) for one in value]
        elif value:
            changed[name] = as_on_aws(value)
    return changed


def _form(path: str, body: bytes) -> bytes:
    if path not in ("/login", "/oauth2/login", "/oauth2/token") or b"redirect_uri" not in body:
        return body
    pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
    changed = [(name, as_on_aws(value) if name in _NAMED else value) for name, value in pairs]
    return urlencode(changed).encode() if changed != pairs else body


def _led(answer: Any) -> Any:
    if answer is None:
        return None
    status, headers, body = answer
    if "Location" in headers:
        headers = {**headers, "Location": as_here(headers["Location"])}
    return status, headers, body
