"""Requests as CloudFront hands them to functions at the edge, and the responses it takes from them."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Any

_NO_CACHE = "no-cache, no-store, must-revalidate"
_TITLES = {"302": "Found", "400": "Bad Request", "500": "Internal Server Error"}
_PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>Always Coder</title></head>
<body><h1>Login</h1><p>{text}</p><p><a href="/login">Back to the login</a></p></body>
</html>
"""


def host(request: dict[str, Any]) -> str:
    """The host that the viewer asked for."""
    return str(request["headers"]["host"][0]["value"])


def cookies(request: dict[str, Any]) -> dict[str, str]:
    """The cookies by name; of several with one name the last."""
    found: dict[str, str] = {}
    for header in request["headers"].get("cookie", []):
        for pair in header["value"].split(";"):
            name, _, value = pair.strip().partition("=")
            found[name] = value
    return found


def redirect(location: str, set_cookies: Iterable[str] = ()) -> dict[str, Any]:
    """302, with cookies."""
    found = _response("302")
    found["headers"]["location"] = [{"key": "Location", "value": location}]
    if lines := [{"key": "Set-Cookie", "value": line} for line in set_cookies]:
        found["headers"]["set-cookie"] = lines
    return found


def page(status: str, text: str) -> dict[str, Any]:
    """A page with that text, whatever it holds."""
    found = _response(status)
    found["headers"]["content-type"] = [{"key": "Content-Type", "value": "text/html; charset=utf-8"}]
    return {**found, "body": _PAGE.format(text=escape(text))}


def _response(status: str) -> dict[str, Any]:
    headers = {"cache-control": [{"key": "Cache-Control", "value": _NO_CACHE}]}
    return {"status": status, "statusDescription": _TITLES[status], "headers": headers}
