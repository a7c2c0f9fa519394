"""The addresses on the emulator for AWS addresses in outputs.

Templates produce AWS host names (``Fn::Sub`` over the API's id and the region), which do not resolve to the
emulator. The path forms below are the ones it serves under one address.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

DISTRIBUTION = re.compile(r"(?P<scheme>https?://)?(?P<domain>[a-z0-9]+\.cloudfront\.net)(?![A-Za-z0-9.-])")
_LABEL = r"[A-Za-z0-9-]+"
SOCKET = re.compile(rf"wss?://[a-z0-9]+\.execute-api\.{_LABEL}\.amazonaws\.com")
_REST = re.compile(
    rf"(?P<scheme>https?|wss?)://(?P<api>[a-z0-9]+)\.execute-api\.{_LABEL}\.amazonaws\.com(?P<rest>/[^\s\"']*)?"
)
_FUNCTION = re.compile(rf"https?://(?P<url>[a-z0-9-]+)\.lambda-url\.{_LABEL}\.on\.aws")
_QUEUE = re.compile(rf"https?://(?:sqs\.{_LABEL}\.amazonaws\.com|{_LABEL}\.queue\.amazonaws\.com)(?=/\d{{12}}/)")
_HOSTED_PAGES = re.compile(rf"https://{_LABEL}\.auth\.{_LABEL}\.amazoncognito\.com")
_WEBSITE = re.compile(rf"https?://(?P<bucket>[a-z0-9.-]+)\.s3-website[.-]{_LABEL}\.amazonaws\.com")
_BUCKET = re.compile(rf"https?://(?P<bucket>[a-z0-9.-]+)\.s3\.{_LABEL}\.amazonaws\.com(?![A-Za-z0-9.-])")
_SERVICE = re.compile(rf"https?://dynamodb\.{_LABEL}\.amazonaws\.com(?=/?$)")
_OWN = re.compile(r"https?://(?:localhost|127\.0\.0\.1):\d+(?=/)")


def reachable(value: str, endpoint: str, hosts: Mapping[str, str] | None = None) -> str:
    """``value`` with every AWS address in it replaced by the one that works on the emulator at ``endpoint``
    (``http://127.0.0.1:4566``, no slash at the end); text without such an address comes back unchanged.

    Known: execute-api (REST, HTTP and WebSocket), function URLs, queue URLs, buckets, S3 websites, user pools' pages,
    and DynamoDB, which clients may be told where to find; and ``hosts``, those on loopback (``127.0.0.1:4666``) of
    distributions by domain, also where a domain stands alone, and of WebSocket APIs by id."""
    if "://" in value:
        value = _by_url(value, endpoint, hosts or {})
    return DISTRIBUTION.sub(lambda found: _distribution(found, hosts or {}), value)


def _by_url(value: str, endpoint: str, hosts: Mapping[str, str]) -> str:
    value = _REST.sub(lambda found: _execute_api(found, endpoint, hosts), value)
    value = _FUNCTION.sub(lambda found: f"{endpoint}/_aws/lambda-url/{found['url']}", value)
    value = _HOSTED_PAGES.sub(endpoint, value)
    value = _QUEUE.sub(endpoint, value)
    value = _BUCKET.sub(lambda found: f"{endpoint}/{found['bucket']}", value)
    value = _WEBSITE.sub(lambda found: f"{endpoint}/{found['bucket']}", value)
    value = _SERVICE.sub(endpoint, value)
    return _OWN.sub(endpoint, value)


def _distribution(found: re.Match[str], hosts: Mapping[str, str]) -> str:
    """Its port takes http and https, so the scheme stays."""
    host = hosts.get(found["domain"], "")
    return (found["scheme"] or "") + host if host else found[0]


def _execute_api(found: re.Match[str], endpoint: str, hosts: Mapping[str, str]) -> str:
    """A REST or WebSocket API carries its stage as the first path segment; without one it is an HTTP API on
    ``$default``, which the emulator needs spelled out, or a WebSocket API whose address is given without its stage.

    A WebSocket API's own port takes wss, too, but only programs that trust its certificate can use that."""
    if found["scheme"].startswith("ws") and (host := hosts.get(found["api"])):
        return f"ws://{host}{found['rest'] or ''}"
    base = endpoint if found["scheme"].startswith("http") else endpoint.replace("http", "ws", 1)
    rest = found["rest"] or ""
    if rest in ("", "/") and found["scheme"].startswith("http"):
        rest = "/$default" + rest
    return f"{base}/_aws/execute-api/{found['api']}{rest}"
