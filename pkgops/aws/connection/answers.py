"""Is what answered an AWS service? The check of each answer before the SDK parses it.

A captive portal or a proxy answers with a web page and 200, a connection that breaks leaves half a document; the SDK
makes an empty answer, a KeyError or a parser's error of both.
"""

from __future__ import annotations

from typing import Any

from pkgops.errors import AccessError

_PAGES = (b"<!doctype html", b"<html")
_ERROR_KEYS = {"__type", "code", "message", "error", "type"}
_HINT = "Check the network: a sign-in page of a public network, a proxy, or AWS_ENDPOINT_URL may be in between."


def check_answers(client: Any) -> None:
    """Makes a botocore client raise `AccessError` for an answer that is not the service's."""
    client.meta.events.register("before-parse.*.*", _check, unique_id="pkgops-answers")


def _check(operation_model: Any, response_dict: dict[str, Any], **_: Any) -> None:
    status, body = response_dict["status_code"], response_dict["body"]
    succeeded = status < 300
    if succeeded and (operation_model.has_streaming_output or operation_model.has_event_stream_output):
        return
    start = body[:1024].lstrip().lower()
    if _is_answer(operation_model, body, start) if succeeded else _is_error(operation_model, response_dict, start):
        return
    if status >= 500:  # AWS's own load balancers answer with pages; such calls are repeated
        response_dict["body"] = b""
        return
    what = f"{operation_model.service_model.service_id} {operation_model.name}"
    if start.startswith(_PAGES) or b"<html" in start:
        raise AccessError(f"A web page answered instead of AWS ({what}).", _HINT)
    raise AccessError(f"What answered is not AWS, or the answer is cut off ({what}).", _HINT)


def _is_error(operation_model: Any, response: dict[str, Any], start: bytes) -> bool:
    """Whether an answer with an error status can be a service's; S3's to HEAD has no body."""
    headers, body, redirected = response["headers"], response["body"], response["status_code"] < 400
    is_head = operation_model.http.get("method") == "HEAD"
    if not body:
        return "x-amzn-errortype" in headers or (is_head and (not redirected or "x-amz-bucket-region" in headers))
    if start.startswith(b"<"):
        return b"<error" in start and body.rstrip().endswith(b">")
    return any(name.lower() in _ERROR_KEYS for name in _object(body) or {})


def _is_answer(operation_model: Any, body: bytes, start: bytes) -> bool:
    """Whether a body can be one of this operation."""
    protocol = operation_model.service_model.resolved_protocol
    output = operation_model.output_shape
    if protocol in ("query", "ec2"):
        opening = f"{operation_model.name}Response".lower().encode()
        return opening in start and body.rstrip().lower().endswith(opening + b">")
    if protocol == "rest-xml":
        return not body or (start.startswith(b"<") and b"<html" not in start and body.rstrip().endswith(b">"))
    if output is None and protocol == "rest-json":
        return True
    members = output.members if output else {}
    if not body:  # of a REST protocol members may be headers, or the body itself
        carried = output is not None and "payload" in output.serialization
        return carried or all("location" in member.serialization for member in members.values())
    found = _object(body)
    known = {member.serialization.get("name", name) for name, member in members.items()}
    return found is not None and (not found or not members or not known.isdisjoint(found))


def _object(body: bytes) -> dict[str, Any] | None:
    """The JSON object; None if it is none."""
    import msgspec

    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError):
        found = _with_half_a_pair(body)
    return found if isinstance(found, dict) else None


def _with_half_a_pair(body: bytes) -> Any:
    """JSON with half a surrogate pair, which a function may have printed and msgspec refuses."""
    import json

    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
