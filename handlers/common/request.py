"""What did the client send? (API Gateway REST proxy events)"""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Mapping
from typing import Any


class BodyRefused(Exception):  # noqa: N818 - an outcome, not an error
    """The body is not what was asked for: an answer with status 400, the contract's ``code``, a sentence."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code)
        self.code = code
        self.message = message


class Request:
    """An API Gateway proxy event whose parts may all be absent or null.

    ``path`` and ``query`` are the parameters by name; ``source_ip`` is the connection's address and never a
    forwarded one, which clients can invent; ``id`` is the gateway's request id, else the client's, else new.
    """

    def __init__(self, event: Mapping[str, Any]) -> None:
        self._event = event
        self._headers = {str(name).lower(): value for name, value in (event.get("headers") or {}).items()}
        self.path: Mapping[str, str] = event.get("pathParameters") or {}
        self.query: Mapping[str, str] = event.get("queryStringParameters") or {}
        context = event.get("requestContext") or {}
        self.source_ip: str = (context.get("identity") or {}).get("sourceIp") or "unknown"
        self.id: str = context.get("requestId") or self.header("x-request-id")[:128] or str(uuid.uuid4())

    @property
    def method(self) -> str:
        """GET, POST ..., "" if the event does not say."""
        return str(self._event.get("httpMethod") or "")

    @property
    def route(self) -> str:
        """Method and resource template, such as ``GET /packages/{ecosystem}/{name}``: no client's data."""
        return f"{self._event.get('httpMethod') or '-'} {self._event.get('resource') or '-'}"

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
