"""CloudFront Functions: JavaScript that changes what a viewer asks or is answered, run by Node.js.

The emulator's own readings of the events and of what functions return are used; headers keep their other values.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import quote

from pkgops.local.edge.answers import error, reason
from pkgops.local.edge.lambda_calls import FunctionError
from pkgops.local.edge.messages import Headers, Request, Response
from pkgops.local.edge.settings import Settings

_READ_ONLY = ("cdn-loop", "content-length", "host", "transfer-encoding", "via")


async def on_request(arn: str, settings: Settings, request: Request, request_id: str) -> Request | Response:
    """The request as the function has changed it, or its answer; raises `FunctionError`."""
    event = _event("viewer-request", settings, request, request_id)
    found = await _run(arn, event)
    if "statusCode" in found:
        answer = _response(found, Response(0, cache="FunctionGeneratedResponse from cloudfront"), None)
        return replace(answer, reason=str(found.get("statusDescription") or reason(answer.status)))
    return _request(found, request, event["request"])


async def on_response(arn: str, settings: Settings, request: Request, response: Response, request_id: str) -> Response:
    """The response as the function has changed it; raises `FunctionError`."""
    from ministack.services import cloudfront

    event = _event("viewer-response", settings, request, request_id)
    shown = {name: [value for _, value in response.headers.lines(name)] for name in response.headers.names()}
    said = response.reason or reason(response.status)
    event["response"] = cloudfront._response_event_fields(response.status, said, shown)
    return _response(await _run(arn, event), response, event["response"])


async def _run(arn: str, event: dict[str, Any]) -> dict[str, Any]:
    from ministack.services import cloudfront

    try:
        found = await cloudfront._run_function(arn, event)
    except cloudfront.CloudFrontFunctionError as failure:
        print(f"function {arn}: {failure}", flush=True)  # noqa: T201 - standard output is the log
        text = f"The CloudFront function failed: {str(failure).partition(chr(10))[0]}"
        raise FunctionError(error(503, text, "FunctionExecutionError from cloudfront")) from failure
    if not isinstance(found, dict):
        text = "The CloudFront function returned neither a request nor a response."
        raise FunctionError(error(503, text, "FunctionValidationError from cloudfront"))
    return found


def _event(kind: str, settings: Settings, request: Request, request_id: str) -> dict[str, Any]:
    from ministack.services import cloudfront

    parameters: dict[str, list[str]] = {}
    for one in filter(None, request.query.split("&")):
        name, _, value = one.partition("=")
        parameters.setdefault(name, []).append(value)  # as they are sent: functions see them encoded
    headers: dict[str, Any] = {
        name: [value for _, value in request.headers.lines(name)] for name in request.headers.names()
    }
    headers.pop("x-forwarded-proto", None)
    headers["cookie"] = request.headers.get("cookie")
    event: dict[str, Any] = cloudfront._build_function_event(
        kind,
        settings.id,
        settings.domain,
        request_id,
        request.method,
        request.uri,
        parameters,
        headers,
        request.client,
    )
    return event


def _request(found: dict[str, Any], before: Request, shown: dict[str, Any]) -> Request:
    from ministack.services import cloudfront

    merged = cloudfront._merge_function_headers(shown["headers"], found.get("headers"))
    headers = Headers(_lines(merged, before.headers))
    for name in _READ_ONLY:
        headers.drop(name)
        for key, value in before.headers.lines(name):
            headers.add(key, value)
    cookies = {name: one.get("value", "") for name, one in (found.get("cookies") or {}).items()}
    if cookies:
        headers.put("Cookie", "; ".join(f"{name}={value}" for name, value in cookies.items()))
    uri = found.get("uri", before.uri)
    if not isinstance(uri, str) or not uri.startswith("/"):
        text = "The CloudFront function returned a URI that does not begin with a slash."
        raise FunctionError(error(503, text, "FunctionValidationError from cloudfront"))
    query = before.query
    if found.get("querystring") != shown["querystring"]:
        query = _query(found.get("querystring") or {})
    return replace(before, uri=quote(uri, safe="/%:@!$&'()*+,;=~-._"), query=query, headers=headers)


def _query(given: Any) -> str:
    """A query a function has made: a text, or objects by name."""
    if isinstance(given, str):
        return given
    pairs = []
    for name, one in given.items():
        values = [more.get("value", "") for more in one.get("multiValue") or [one]]
        pairs += [f"{name}={value}" if value else name for value in values]
    return "&".join(pairs)


def _response(found: dict[str, Any], before: Response, shown: Any) -> Response:
    from ministack.services import cloudfront

    merged = cloudfront._merge_function_headers(shown["headers"] if shown else None, found.get("headers"))
    headers = Headers(_lines(merged, before.headers))
    for line in cloudfront._set_cookie_values_from_event(found.get("cookies")):
        headers.add("Set-Cookie", line)
    body = cloudfront._body_from_response_event(found, before.body)
    if body != before.body:
        headers.drop("content-encoding")
    status = int(found.get("statusCode", before.status))
    said = before.reason if status == before.status else reason(status)
    return replace(before, status=status, headers=headers, body=body, reason=said)


def _lines(merged: dict[str, Any], before: Headers) -> list[tuple[str, str]]:
    """Header lines with the spelling they had."""
    lines = []
    for name, value in merged.items():
        known = before.lines(name)
        key = known[0][0] if known else name.title()
        lines += [(key, one) for one in (value if isinstance(value, list) else [value])]
    return lines
