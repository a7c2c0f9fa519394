"""Which requests have the deployed APIs answered lately? The last of them, for whoever watches."""

from __future__ import annotations

import json
import time
from collections import deque
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

from pkgops.local.api_request import ApiRequest
from pkgops.local.home import REQUESTS_PATH
from pkgops.local.server.guard import Asgi

_KEPT = 500
_ID = frozenset({b"x-amzn-requestid", b"apigw-requestid", b"x-amz-apigw-id"})


class RequestLog:
    """Keeps method, path, status and duration: neither headers nor bodies, where tokens and passwords are."""

    def __init__(self) -> None:
        self._rows: deque[ApiRequest] = deque(maxlen=_KEPT)
        self._number = 0

    def wrap(self, app: Asgi) -> Asgi:
        """``app``, observed; the path of the list, which the guard gives to root alone, is answered here."""

        async def serve(scope: dict[str, Any], receive: Any, send: Any) -> None:
            if scope["type"] == "http" and scope["path"] == REQUESTS_PATH:
                await self._answer(scope, send)
            elif scope["type"] == "http" and (found := _called(scope["path"])):
                await self._observe(app, scope, receive, send, found)
            else:
                await app(scope, receive, send)

        return serve

    async def _observe(
        self, app: Asgi, scope: dict[str, Any], receive: Any, send: Any, called: tuple[str, str]
    ) -> None:
        started, at = time.monotonic(), datetime.fromtimestamp(time.time(), UTC)
        head: dict[str, Any] = {"status": 0, "headers": []}

        async def sending(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                head.update(message)
            await send(message)

        try:
            await app(scope, receive, sending)
        finally:
            self._number += 1
            row = ApiRequest(
                number=self._number,
                time=at.isoformat(timespec="milliseconds"),
                method=scope["method"],
                api=called[0],
                path=called[1],
                status=head["status"],
                milliseconds=(time.monotonic() - started) * 1000,
                request=_id(head["headers"]),
            )
            self._rows.append(row)

    async def _answer(self, scope: dict[str, Any], send: Any) -> None:
        given = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("after", ["0"])[0]
        after = int(given) if given.isdecimal() else 0
        if after > self._number:  # counted by a server that has ended
            after = 0
        body = json.dumps([asdict(row) for row in self._rows if row.number > after]).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def _called(path: str) -> tuple[str, str] | None:
    """The id of the API a path leads to, and the path behind its stage; None for what is no API's."""
    parts = path.lstrip("/").split("/")
    if parts[:2] == ["_aws", "execute-api"] and len(parts) > 3:
        return parts[2], "/" + "/".join(parts[4:])
    if parts[0] == "restapis" and len(parts) > 3 and parts[3] == "_user_request_":
        return parts[1], "/" + "/".join(parts[4:])
    return None


def _id(headers: Any) -> str:
    found = next((value for name, value in headers if name.lower() in _ID), b"")
    return bytes(found).decode("latin-1")
