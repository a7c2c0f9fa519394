"""Which requests have the deployed APIs answered lately? The last, for whoever watches, and to be sent once more."""

from __future__ import annotations

import base64
import json
import time
from collections import deque
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

from pkgops.local.api_request import ApiRequest
from pkgops.local.home import REPLAY_PATH, REQUESTS_PATH
from pkgops.local.server.guard import Asgi
from pkgops.local.server.kept_request import Conversation, KeptRequest

_KEPT = 500
_WHOLE = 100  # of them, with everything they had
_ID = frozenset({b"x-amzn-requestid", b"apigw-requestid", b"x-amz-apigw-id"})


class RequestLog:
    """Tells method, path, status and duration: neither headers nor bodies, where tokens and passwords are. Those of the
    last requests stay in this process, which sends them once more when it is asked to."""

    def __init__(self) -> None:
        self._rows: deque[ApiRequest] = deque(maxlen=_KEPT)
        self._whole: deque[tuple[int, KeptRequest]] = deque(maxlen=_WHOLE)
        self._number = 0

    def wrap(self, app: Asgi) -> Asgi:
        """``app``, observed; the path of the list, which the guard gives to root alone, is answered here."""

        async def serve(scope: dict[str, Any], receive: Any, send: Any) -> None:
            if scope["type"] == "http" and scope["path"] == REQUESTS_PATH:
                await self._answer(scope, send)
            elif scope["type"] == "http" and scope["path"] == REPLAY_PATH:
                await self._replay(serve, scope, send)
            elif scope["type"] == "http" and (found := _called(scope["path"])):
                await self._observe(app, scope, receive, send, found)
            else:
                await app(scope, receive, send)

        return serve

    async def _observe(
        self, app: Asgi, scope: dict[str, Any], receive: Any, send: Any, called: tuple[str, str]
    ) -> None:
        started, at = time.monotonic(), datetime.fromtimestamp(time.time(), UTC)
        conversation = Conversation(receive, send)
        try:
            await app(scope, conversation.receive, conversation.send)
        finally:
            self._number += 1
            row = ApiRequest(
                number=self._number,
                time=at.isoformat(timespec="milliseconds"),
                method=scope["method"],
                api=called[0],
                path=called[1],
                status=conversation.status,
                milliseconds=(time.monotonic() - started) * 1000,
                request=_id(conversation.headers),
            )
            self._rows.append(row)
            if (kept := conversation.kept(scope)) is not None:
                self._whole.append((self._number, kept))

    async def _replay(self, app: Asgi, scope: dict[str, Any], send: Any) -> None:
        """Sends a request once more, through ``app`` as it came the first time, and answers what was answered."""
        number = _given(scope, "number")
        kept = next((one for known, one in self._whole if known == number), None)
        if kept is None:
            await _send(send, None)
            return
        started = time.monotonic()
        answer = await kept.sent(app)
        row = {
            "status": answer.status,
            "milliseconds": (time.monotonic() - started) * 1000,
            "request": _id(answer.headers),
            "headers": [[name.decode("latin-1"), value.decode("latin-1")] for name, value in answer.headers],
            "body": base64.b64encode(answer.body).decode(),
        }
        await _send(send, row)

    async def _answer(self, scope: dict[str, Any], send: Any) -> None:
        after = _given(scope, "after")
        if after > self._number:  # counted by a server that has ended
            after = 0
        whole = {number for number, _ in self._whole}
        rows = [replace(row, kept=row.number in whole) for row in self._rows if row.number > after]
        await _send(send, list(map(asdict, rows)))


def _given(scope: dict[str, Any], name: str) -> int:
    given = parse_qs(scope.get("query_string", b"").decode("latin-1")).get(name, ["0"])[0]
    return int(given) if given.isdecimal() else 0


async def _send(send: Any, value: Any) -> None:
    body = json.dumps(value).encode()
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
