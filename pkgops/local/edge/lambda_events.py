"""The events of Lambda@Edge and what its functions may answer: shapes, headers that are not theirs, sizes."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pkgops.local.edge.answers import reason
from pkgops.local.edge.messages import Headers, Request, Response
from pkgops.local.edge.settings import CustomOrigin, Origin, Settings

VIEWER_REQUEST, ORIGIN_REQUEST = "viewer-request", "origin-request"
ORIGIN_RESPONSE, VIEWER_RESPONSE = "origin-response", "viewer-response"
# Headers no function sees or sets, and those that each event may only read.
_HIDDEN = re.compile(
    r"connection|expect|keep-alive|proxy-(authenticate|authorization|connection)|trailer|upgrade|x-accel-.*"
    r"|x-amz-cf-.*|x-amzn-(auth|cf-.*|errortype|fle-profile|header-.*|lambda-integration-tag|requestid)"
    r"|x-cache|x-edge-.*|x-forwarded-proto|x-real-ip"
)
_READ_ONLY: Mapping[str, frozenset[str]] = {
    VIEWER_REQUEST: frozenset({"content-length", "host", "transfer-encoding", "via"}),
    ORIGIN_REQUEST: frozenset(
        {
            "accept-encoding",
            "content-length",
            "if-modified-since",
            "if-none-match",
            "if-range",
            "if-unmodified-since",
            "transfer-encoding",
            "via",
        }
    ),
    ORIGIN_RESPONSE: frozenset({"transfer-encoding", "via"}),
    VIEWER_RESPONSE: frozenset({"content-encoding", "content-length", "transfer-encoding", "via", "warning"}),
}
# Bytes of a body that a function is given, and of a response it makes (headers and body).
_VIEWER_BYTES, _ORIGIN_BYTES = 40_960, 1_048_576
_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_FORBIDDEN = re.compile(r"[\r\n\x00]")
_LONGEST_ADDRESS = 8192  # characters of path and query


class InvalidError(Exception):
    """What a function has answered is not what it may answer; the text says why."""


def event(kind: str, config: Mapping[str, str], request: Request, **more: Any) -> dict[str, Any]:
    """An event of the ``kind``. ``more`` are ``origin``, ``body`` (whether it is included) and ``response``."""
    shown: dict[str, Any] = {
        "clientIp": request.client,
        "headers": _shown(request.headers),
        "method": request.method,
        "querystring": request.query,
        "uri": request.uri,
    }
    if more.get("body"):
        shown["body"] = _body(request.body, kind)
    if more.get("origin"):
        shown["origin"] = _origin(more["origin"])
    record: dict[str, Any] = {"config": {**config, "eventType": kind}, "request": shown}
    if response := more.get("response"):
        record["response"] = {
            "headers": _shown(response.headers),
            "status": str(response.status),
            "statusDescription": response.reason or reason(response.status),
        }
    return {"Records": [{"cf": record}]}


def config(settings: Settings, request_id: str) -> dict[str, str]:
    """What events say about the distribution."""
    return {
        "distributionDomainName": settings.domain,
        "distributionId": settings.id,
        "requestId": request_id,
    }


def answered_request(kind: str, answer: Any, request: Request, origin: Origin | None) -> tuple[Request, Origin | None]:
    """The request, and its origin, as the function has changed them; raises `InvalidError`."""
    headers = _headers(answer.get("headers", {}), kind)
    _unchanged(kind, request.headers, headers)
    uri, query = answer.get("uri", request.uri), answer.get("querystring", request.query)
    if not isinstance(uri, str) or not uri.startswith("/"):
        raise InvalidError("The URI in the request does not begin with a slash.")
    if not isinstance(query, str):
        raise InvalidError("The query string in the request is no text.")
    if len(uri) + len(query) > _LONGEST_ADDRESS:
        raise InvalidError("The length of the URI and the query string exceeds the limit.")
    if answer.get("method", request.method) != request.method:
        raise InvalidError("The function tried to change the method, which is read-only.")
    kept = Headers((name, value) for name, value in request.headers if _HIDDEN.fullmatch(name.lower()))
    merged = Headers([*kept, *headers])
    body = _new_body(answer.get("body"), request.body, kind)
    changed = replace(request, headers=merged, uri=uri, query=query.removeprefix("?"), body=body)
    if origin is not None and answer.get("origin"):
        origin = _new_origin(answer["origin"], origin)
    return changed, origin


def answered_response(kind: str, answer: Mapping[str, Any], before: Response | None) -> Response:
    """The response a function has made, or has made of another one; raises `InvalidError`."""
    status = _status(answer.get("status"))
    if kind == VIEWER_RESPONSE and before is not None and status != before.status:
        raise InvalidError("A function of a viewer response cannot change the status.")
    headers = _headers(answer.get("headers") or {}, kind)
    _unchanged(kind, before.headers if before else Headers(), headers)
    if before is not None:
        kept = Headers((name, value) for name, value in before.headers if _HIDDEN.fullmatch(name.lower()))
        headers = Headers([*kept, *headers])
    body = before.body if before else b""
    if answer.get("body") is not None and kind != VIEWER_RESPONSE:
        body = _decoded(answer["body"], answer.get("bodyEncoding", "text"))
        for name in ("content-length", "content-encoding")[: 2 if before else 1]:
            headers.drop(name)
    limit = _VIEWER_BYTES if kind.startswith("viewer") else _ORIGIN_BYTES
    if before is None or answer.get("body") is not None:
        size = len(body) + sum(len(name) + len(value) for name, value in headers)
        if size > limit:
            raise InvalidError(f"The response is {size} bytes long; {limit} are allowed.")
    said = str(answer.get("statusDescription") or reason(status))
    cache = before.cache if before else "LambdaGeneratedResponse from cloudfront"
    return Response(status, headers, body, said, cache)


def _shown(headers: Headers) -> dict[str, list[dict[str, str]]]:
    return {
        name: [{"key": key, "value": value} for key, value in headers.lines(name)]
        for name in headers.names()
        if not _HIDDEN.fullmatch(name)
    }


def _body(body: bytes, kind: str) -> dict[str, Any]:
    limit = _VIEWER_BYTES if kind == VIEWER_REQUEST else _ORIGIN_BYTES
    data = base64.b64encode(body[:limit]).decode()
    return {"action": "read-only", "data": data, "encoding": "base64", "inputTruncated": len(body) > limit}


def _new_body(given: Any, before: bytes, kind: str) -> bytes:
    if not isinstance(given, dict) or given.get("action") != "replace":
        return before
    body = _decoded(given.get("data", ""), given.get("encoding", "text"))
    limit = _VIEWER_BYTES if kind == VIEWER_REQUEST else _ORIGIN_BYTES
    if len(body) > limit:
        raise InvalidError(f"The request's body is {len(body)} bytes long; {limit} are allowed.")
    return body


def _decoded(text: Any, encoding: str) -> bytes:
    if not isinstance(text, str):
        raise InvalidError("The body is no text.")
    if encoding == "text":
        return text.encode("utf-8", "surrogatepass")
    if encoding != "base64":
        raise InvalidError(f"The body's encoding {encoding!r} is neither text nor base64.")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidError("The body is not encoded as base64.") from None


def _status(given: Any) -> int:
    text = str(given)
    if isinstance(given, bool) or not re.fullmatch(r"[1-9]\d\d", text) or not 200 <= int(text) <= 599:
        raise InvalidError("The response's status is no number between 200 and 599.")
    return int(text)


def _headers(given: Any, kind: str) -> Headers:
    """What a function answers as headers: by lower-case name a list of objects with a value and perhaps a key."""
    if not isinstance(given, dict):
        raise InvalidError("The headers are no object.")
    headers = Headers()
    for name, lines in given.items():
        if not isinstance(lines, list):
            raise InvalidError(f"The header {name!r} is no list.")
        for line in lines:
            key, value = _line(name, line)
            if _HIDDEN.fullmatch(key.lower()):
                raise InvalidError(
                    f"The function tried to add the header {key}, which is not allowed in {kind} events."
                )
            headers.add(key, value)
    return headers


def _line(name: str, line: Any) -> tuple[str, str]:
    if not isinstance(line, dict) or not isinstance(line.get("value"), str):
        raise InvalidError(f"The header {name!r} has no value.")
    key, value = line.get("key", name), line["value"]
    if not isinstance(key, str) or not _NAME.fullmatch(key) or key.lower() != name.lower():
        raise InvalidError(f"The header {name!r} has a key of another name.")
    if _FORBIDDEN.search(value):
        raise InvalidError(f"The header {name!r} has a line break in its value.")
    return key, value


def _unchanged(kind: str, before: Headers, after: Headers) -> None:
    for name in _READ_ONLY[kind]:
        if [value for _, value in before.lines(name)] != [value for _, value in after.lines(name)]:
            raise InvalidError("The function tried to add, delete, or change a read-only header.")


def _origin(origin: Origin) -> dict[str, Any]:
    headers = {name.lower(): [{"key": name, "value": value}] for name, value in origin.headers}
    shown: dict[str, Any] = {"customHeaders": headers, "domainName": origin.domain, "path": origin.path}
    if origin.custom is None:
        method = "origin-access-identity" if origin.identity else "none"
        region = re.search(r"\.s3[.-]([a-z0-9-]+)\.amazonaws\.com$", origin.domain)
        return {"s3": shown | {"authMethod": method, "region": region[1] if region else "us-east-1"}}
    custom = origin.custom
    secure = custom.protocol != "http-only"
    about = {
        "keepaliveTimeout": custom.keepalive,
        "port": custom.https_port if secure else custom.http_port,
        "protocol": "https" if secure else "http",
        "readTimeout": custom.read_timeout,
        "sslProtocols": list(custom.tls),
    }
    return {"custom": shown | about}


def _new_origin(given: Any, before: Origin) -> Origin:
    """The origin as a function has changed it, or another one."""
    kind = next((one for one in ("s3", "custom") if isinstance(given, dict) and isinstance(given.get(one), dict)), "")
    if not kind or len(given) != 1:
        raise InvalidError("The origin is neither s3 nor custom.")
    about = given[kind]
    domain, path = about.get("domainName"), about.get("path", "")
    if not isinstance(domain, str) or not domain or not isinstance(path, str) or (path and path[0] != "/"):
        raise InvalidError("The origin has no domain name, or a path without a slash at its beginning.")
    lines = tuple(_headers(about.get("customHeaders") or {}, ORIGIN_REQUEST))
    if kind == "s3":
        signed = about.get("authMethod") == "origin-access-identity"
        identity, control = (before.identity, "") if signed else ("", before.control)
        return Origin(before.id, domain.lower(), path, lines, identity, control)
    port, protocol = about.get("port", 443), about.get("protocol", "https")
    if protocol not in ("http", "https") or not isinstance(port, int):
        raise InvalidError("The origin's protocol or port is none.")
    custom = CustomOrigin(f"{protocol}-only", port, port, int(about.get("readTimeout", 30)))
    return Origin(before.id, domain.lower(), path, lines, custom=custom)
