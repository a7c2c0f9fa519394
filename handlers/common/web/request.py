"""The client's request: a proxy event of a REST API (payload format 1.0) or of an HTTP API (2.0)."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Mapping
from typing import Any


class Request:
    """A proxy event whose parts may all be absent or null.

    ``route`` is the route as it was declared, such as ``GET /packages/{ecosystem}/{name}``; nothing in it was sent by
    the client. ``path`` and ``query`` are the parameters by name; those in the path of an HTTP API are decoded
    completely, although the gateway leaves ``%25`` as it is. ``source_ip`` is the connection's address and never a
    forwarded one, which clients can invent. ``id`` is the gateway's request id, else the client's, else a new one.
    """

    def __init__(self, event: Mapping[str, Any]) -> None:
        self._event = event
        self._headers = {str(name).lower(): value for name, value in (event.get("headers") or {}).items()}
        context = event.get("requestContext") or {}
        self.path: Mapping[str, str] = event.get("pathParameters") or {}
        self.query: Mapping[str, str] = event.get("queryStringParameters") or {}
        if "routeKey" in event:
            connection = context.get("http") or {}
            self.route = str(event["routeKey"] or "- -")
            self.method = str(connection.get("method") or "")
            self.path = {name: str(value).replace("%25", "%") for name, value in self.path.items()}
            if event.get("cookies"):
                self._headers["cookie"] = "; ".join(event["cookies"])
        else:
            connection = context.get("identity") or {}
            self.route = f"{event.get('httpMethod') or '-'} {event.get('resource') or '-'}"
            self.method = str(event.get("httpMethod") or "")
        self.source_ip: str = connection.get("sourceIp") or "unknown"
        self.id: str = context.get("requestId") or self.header("x-request-id")[:128] or str(uuid.uuid4())

    @property
    def claims(self) -> dict[str, str]:
        """The content of the token that the gateway's authorizer has checked; empty without an authorizer."""
        authorizer = (self._event.get("requestContext") or {}).get("authorizer") or {}
        token = (authorizer.get("jwt") or {}) if "routeKey" in self._event else authorizer
        return {str(name): str(value) for name, value in (token.get("claims") or {}).items() if value is not None}

    def header(self, name: str) -> str:
        """A header's value whatever the case of its name, "" if absent."""
        return self._headers.get(name.lower()) or ""

    def cookie(self, name: str) -> str:
        """A cookie's value, "" if it was not sent."""
        for pair in self.header("cookie").split(";"):
            found, _, value = pair.strip().partition("=")
            if found == name:
                return value
        return ""

    def body(self) -> bytes:
        """The body as it was sent, b"" if there is none. ValueError if it cannot be decoded."""
        body: str = self._event.get("body") or ""
        return base64.b64decode(body, validate=True) if self._event.get("isBase64Encoded") else body.encode()

    def json(self) -> Any:
        """The decoded body, None if there is none. ValueError if it is not JSON."""
        body = self.body()
        if not body:
            return None
        try:
            return json.loads(body)
        except RecursionError as error:
            raise ValueError("nested too deeply") from error
