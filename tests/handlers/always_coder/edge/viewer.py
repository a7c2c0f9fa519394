"""What CloudFront sends and takes: viewers' requests, and what is in a response."""

from __future__ import annotations

from typing import Any

HOST = "d111.cloudfront.net"


def event(uri: str, query: str = "", *cookies: str) -> dict[str, Any]:
    """The event of a request with these Cookie headers."""
    headers: dict[str, Any] = {"host": [{"key": "Host", "value": HOST}]}
    if cookies:
        headers["cookie"] = [{"key": "Cookie", "value": value} for value in cookies]
    request = {"uri": uri, "querystring": query, "method": "GET", "headers": headers, "clientIp": "203.0.113.7"}
    return {"Records": [{"cf": {"config": {"eventType": "viewer-request"}, "request": request}}]}


def header(response: dict[str, Any], name: str) -> str:
    """The value of a header."""
    (row,) = response["headers"][name]
    return str(row["value"])


def cookies(response: dict[str, Any]) -> list[str]:
    """The Set-Cookie headers."""
    rows = response["headers"].get("set-cookie", [])
    assert {row["key"] for row in rows} <= {"Set-Cookie"}
    return [row["value"] for row in rows]
