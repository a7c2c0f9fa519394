"""A distribution as a web server: viewers reach CloudFront's own part of the emulator, and nothing else."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs

from pkgops.local.hooks import request as kept
from pkgops.local.request_policy import LOOPBACK

_LOCAL_NAME = re.compile(r"([a-z0-9-]+\.)+localhost")
REGION = "us-east-1"


class Viewer:
    """The ASGI application of one distribution, by account and id. ``behind`` is true where something else may have
    ended TLS, which says so in ``X-Forwarded-Proto``."""

    def __init__(self, key: tuple[str, str], *, behind: bool = False) -> None:
        self._account, self._id = key
        self._behind = behind

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Answers one request."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            return
        body = await _body(receive)
        if body is None:
            return
        status, headers, content = await self._answer(scope, body)
        await send({"type": "http.response.start", "status": status, "headers": _lines(headers, content)})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else content})

    async def _answer(self, scope: dict[str, Any], body: bytes) -> tuple[int, dict[str, Any], bytes]:
        from ministack.core.responses import request_scope
        from ministack.services import cloudfront

        given = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
        headers = _joined(given)
        if not self._behind:  # what the viewer says about the connection is not believed
            headers["x-forwarded-proto"] = scope["scheme"]
        raw_path = (scope.get("raw_path") or b"").decode("latin-1").partition("?")[0]
        raw_query = scope.get("query_string", b"").decode("latin-1")
        client = (scope.get("client") or ("127.0.0.1",))[0]
        kept.raw_path.set(raw_path)
        kept.raw_query.set(raw_query)
        kept.headers.set(tuple(given))
        kept.client_address.set(client)
        with request_scope(self._account, REGION):
            record = cloudfront._distributions.get(self._id)
            if record is None or not _own(headers.get("host", ""), record):
                return 403, {"Content-Type": "text/plain"}, b"No distribution answers here under this name."
            if not raw_path.startswith("/"):  # an address as proxies get it, or one that an origin's could end in
                return 400, {"Content-Type": "text/plain"}, b"The request names no path."
            query = parse_qs(raw_query, keep_blank_values=True)
            found: tuple[int, dict[str, Any], bytes] = await cloudfront.handle_viewer_request(
                record, scope["method"], scope["path"], raw_path, raw_query, headers, body, query, client
            )
            return found


def _own(host: str, record: dict[str, Any]) -> bool:
    """A name of loopback, the distribution's domain, or one of its aliases: a page cannot use it by another name."""
    from ministack.services import cloudfront

    name = host.rpartition(":")[0] if re.search(r":\d+$", host) else host
    aliases = cloudfront._get_distribution_aliases(record)
    return bool(
        LOOPBACK.fullmatch(host) or _LOCAL_NAME.fullmatch(name) or name == record["DomainName"] or name in aliases
    )


def _joined(given: list[tuple[str, str]]) -> dict[str, str]:
    """Headers by name in lower case; those that are given more than once as one value."""
    joined: dict[str, str] = {}
    for name, value in given:
        key = name.lower()
        separator = "; " if key == "cookie" else ", "
        joined[key] = f"{joined[key]}{separator}{value}" if key in joined else value
    return joined


async def _body(receive: Any) -> bytes | None:
    """The whole body, None if the viewer has gone before its end."""
    received = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        received += message.get("body", b"")
        if not message.get("more_body"):
            return bytes(received)


def _lines(headers: dict[str, Any], content: bytes) -> list[tuple[bytes, bytes]]:
    lines = []
    for name, value in headers.items():
        for one in value if isinstance(value, list) else [value]:
            lines.append((name.encode("latin-1"), str(one).encode("latin-1", "replace")))
    if not any(name.lower() == b"content-length" for name, _ in lines):
        lines.append((b"Content-Length", str(len(content)).encode()))
    return lines
