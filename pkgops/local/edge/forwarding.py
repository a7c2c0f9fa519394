"""What of a viewer's request reaches the origin: what the behaviour's policies let through, and what is added."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import unquote_plus

from pkgops.local.edge.answers import via
from pkgops.local.edge.messages import Headers, Request
from pkgops.local.edge.settings import Behavior, Origin

_Allows = Callable[[str], bool]
# Whatever the policies say.
_ALWAYS = frozenset(
    {
        "content-md5",
        "content-type",
        "date",
        "if-match",
        "if-modified-since",
        "if-none-match",
        "if-range",
        "if-unmodified-since",
        "range",
    }
)
_NEVER = frozenset(
    {
        "connection",
        "content-length",
        "cookie",
        "expect",
        "host",
        "keep-alive",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
        "via",
        "x-forwarded-for",
        "x-forwarded-proto",
        "x-real-ip",
    }
)
_WITHOUT_AUTHORIZATION = ("GET", "HEAD", "OPTIONS")
AGENT = "Amazon CloudFront"


def forwarded(request: Request, behavior: Behavior, origin: Origin, request_id: str) -> Request:
    """The request as the origin gets it, but for the origin's own path and headers."""
    from ministack.services import cloudfront

    header, cookie, parameter = cloudfront._forwarding_predicates(behavior.record)
    headers = Headers()
    host = request.headers.get("host") if header("host") and origin.custom is not None else origin.domain
    headers.put("Host", host)
    for name, value in request.headers:
        if _passes(name.lower(), request, header):
            headers.add(name, value)
    agent = request.headers.get("user-agent") if header("user-agent") else ""
    headers.put("User-Agent", agent or AGENT)
    headers.put("Via", via())
    headers.put("X-Amz-Cf-Id", request_id)
    headers.put("X-Forwarded-For", ", ".join(filter(None, (request.headers.get("x-forwarded-for"), request.client))))
    cookies = [one.strip() for one in request.headers.get("cookie").split(";") if one.strip()]
    if kept := [one for one in cookies if cookie(one.partition("=")[0])]:
        headers.put("Cookie", "; ".join(kept))
    _encodings(headers, request, behavior)
    for name, value in _told(request, behavior):
        headers.put(name, value)
    return replace(request, headers=headers, query=_query(request.query, parameter))


def _passes(name: str, request: Request, header: _Allows) -> bool:
    if name in _NEVER or name.startswith(("x-amz-cf-", "x-edge-", "cloudfront-")):
        return False
    if name == "authorization" and request.method not in _WITHOUT_AUTHORIZATION:
        return True
    return name in _ALWAYS or header(name)


def _query(query: str, parameter: _Allows) -> str:
    parts = query.split("&") if query else []
    return "&".join(one for one in parts if parameter(unquote_plus(one.partition("=")[0])))


def _encodings(headers: Headers, request: Request, behavior: Behavior) -> None:
    """Where the cache policy compresses, the origin is told which encodings the viewer takes; elsewhere none, unless
    a policy lets the header through."""
    from ministack.services import cloudfront

    policy = cloudfront.cache_policy_params(behavior.record["cache_policy_id"]) or {}
    wanted = request.headers.get("accept-encoding").lower()
    both = (("br", "EnableAcceptEncodingBrotli"), ("gzip", "EnableAcceptEncodingGzip"))
    known = [name for name, setting in both if policy.get(setting) and name in wanted]
    if any(policy.get(setting) for _, setting in both):
        headers.drop("accept-encoding")
        if known:
            headers.put("Accept-Encoding", ",".join(known))


def _told(request: Request, behavior: Behavior) -> Iterator[tuple[str, str]]:
    """The headers that CloudFront makes where a policy names them; where the viewer is, is not known here."""
    named = {name.lower() for name in _named(behavior.record)}
    about = {
        "CloudFront-Forwarded-Proto": "https" if request.secure else "http",
        "CloudFront-Viewer-Address": f"{request.client}:0",
        "CloudFront-Viewer-Http-Version": "1.1",
        "CloudFront-Is-Desktop-Viewer": "true",
        "CloudFront-Is-Mobile-Viewer": "false",
        "CloudFront-Is-SmartTV-Viewer": "false",
        "CloudFront-Is-Tablet-Viewer": "false",
    }
    return ((name, value) for name, value in about.items() if name.lower() in named)


def _named(record: Any) -> Iterator[str]:
    from ministack.services import cloudfront

    policy = cloudfront.cache_policy_params(record["cache_policy_id"]) or {}
    yield from policy.get("Headers") or []
    if record["origin_request_policy_id"]:
        request_policy = cloudfront.origin_request_policy_config(record["origin_request_policy_id"]) or {}
        yield from request_policy.get("Headers") or []
    yield from (record["forwarded_values"] or {}).get("headers") or []
