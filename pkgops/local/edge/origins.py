"""Fetching from an origin: a bucket of the emulator, an API, function URL or website of it, or another HTTP server."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from pkgops.local.edge import bucket, function_urls, website
from pkgops.local.edge.answers import reason
from pkgops.local.edge.messages import Headers, Request, Response
from pkgops.local.edge.settings import CustomOrigin, Origin

_FUNCTION = re.compile(r"([a-z0-9]+)\.lambda-url\.[a-z0-9-]+\.on\.aws")
_API = re.compile(r"([a-z0-9]+)\.execute-api\.[a-z0-9-]+\.amazonaws\.com")
_WEBSITE = re.compile(r"([a-z0-9.-]+)\.s3-website[.-][a-z0-9-]+\.amazonaws\.com")
_AWS = (".amazonaws.com", ".amazonaws.com.cn", ".on.aws", ".api.aws", ".cloudfront.net")
_CONNECT_SECONDS = 10.0
_LATE = "The origin did not answer in time."
_HOP_BY_HOP = frozenset(
    {
        "connection",
        "content-length",
        "keep-alive",
        "proxy-authenticate",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)


class OriginError(Exception):
    """The origin cannot be reached (502) or takes too long (504)."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


@dataclass(frozen=True, slots=True)
class _Target:
    """Where a request to an origin really goes."""

    url: str
    host: str
    path: str = ""


async def fetch(origin: Origin, request: Request, distribution: str) -> Response:
    """The origin's answer to what `pkgops.local.edge.forwarding` has made; raises `OriginError`. ``distribution`` is
    an ARN."""
    headers = request.headers.copy()
    for name, value in origin.headers:
        headers.put(name, value)
    request = replace(request, headers=headers, uri=origin.path + request.uri)
    if store := _store(origin, distribution):
        from ministack.core.concurrency import run_offloop

        found: Response = await run_offloop(store, request)
        return replace(found, reason=reason(found.status), headers=_end_to_end(found.headers))
    custom = origin.custom or CustomOrigin()
    if url := _FUNCTION.fullmatch(origin.domain):
        return await _function(url[1], origin, request, distribution)
    return await _over_http(_target(origin, custom, request), custom, request)


def _store(origin: Origin, distribution: str) -> Callable[[Request], Response] | None:
    """What answers for a bucket of the emulator, itself or its website; None if the origin is neither."""
    if site := _WEBSITE.fullmatch(origin.domain):
        return partial(website.serve, site[1])
    name = bucket.bucket_of(origin.domain)
    return partial(bucket.read, name, origin, distribution) if name else None


async def _function(url: str, origin: Origin, request: Request, distribution: str) -> Response:
    _require_front_end(origin, origin.custom or CustomOrigin(), request)
    try:
        found = await function_urls.serve(url, origin, distribution, request)
    except TimeoutError as late:
        raise OriginError(504, _LATE) from late
    return replace(found, reason=reason(found.status), headers=_end_to_end(found.headers))


def _require_front_end(origin: Origin, custom: CustomOrigin, request: Request) -> None:
    """AWS's own front ends answer https alone, and under no other host."""
    if not _secure(custom, request):
        raise OriginError(502, f"{origin.domain} does not answer http.")
    if request.headers.get("host") != origin.domain:
        raise OriginError(403, f"{origin.domain} answers under no other Host.")


def _secure(custom: CustomOrigin, request: Request) -> bool:
    return custom.protocol == "https-only" or (custom.protocol == "match-viewer" and request.secure)


def _target(origin: Origin, custom: CustomOrigin, request: Request) -> _Target:
    secure = _secure(custom, request)
    emulator = f"http://127.0.0.1:{os.environ['GATEWAY_PORT']}"
    api = _API.fullmatch(origin.domain)
    if api:
        _require_front_end(origin, custom, request)
        for name, value in (("X-Forwarded-Proto", "https"), ("X-Forwarded-Port", "443")):
            request.headers.put(name, value)
        request.headers.put("Host", emulator.partition("://")[2])
        return _Target(emulator, "", f"/_aws/execute-api/{api[1]}{_stage(api[1])}")
    if origin.domain.endswith(_AWS):
        raise OriginError(502, f"{origin.domain} is not deployed on the emulator.")
    port = custom.https_port if secure else custom.http_port
    return _Target(f"http{'s' * secure}://{origin.domain}:{port}", origin.domain)


def _stage(api: str) -> str:
    """What has to be said before the path: an HTTP API's default stage, which other addresses leave out."""
    from ministack.services import apigateway

    stages = [found for (_, _, id), found in apigateway._stages.all_items() if id == api]
    return "/$default" if any("$default" in found for found in stages) else ""


async def _over_http(target: _Target, custom: CustomOrigin, request: Request) -> Response:
    import aiohttp
    from yarl import URL

    query = f"?{request.query}" if request.query else ""
    url = URL(f"{target.url}{target.path}{request.uri}{query}", encoded=True)
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_SECONDS, sock_read=custom.read_timeout)
    lines = list(_end_to_end(request.headers))
    kept = aiohttp.DummyCookieJar()
    try:
        async with (
            aiohttp.ClientSession(auto_decompress=False, cookie_jar=kept, timeout=timeout) as session,
            session.request(
                request.method,
                url,
                data=request.body or None,
                headers=lines,
                allow_redirects=False,
                skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
            ) as answer,
        ):
            body = await answer.read()
            return Response(answer.status, _end_to_end(_decoded(answer.raw_headers)), body, answer.reason or "")
    except TimeoutError as late:
        raise OriginError(504, _LATE) from late
    except (aiohttp.ClientError, OSError, ValueError) as error:
        print(f"origin {target.host or target.url}: {error}", flush=True)  # noqa: T201 - standard output is the log
        raise OriginError(502, "The origin cannot be reached, or its answer is no HTTP.") from error


def _decoded(lines: Any) -> list[tuple[str, str]]:
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in lines]


def _end_to_end(headers: Any) -> Headers:
    return Headers((name, value) for name, value in headers if name.lower() not in _HOP_BY_HOP)
