"""HTTP requests to services on the internet, each of which ends in time."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec

_CONNECT_SECONDS = 10.0
_MAX_BYTES = 16 * 2**20  # of a response
_WAIT_MOST = 86_400.0  # seconds: who asks for more means something else


class NoResponse(Exception):  # noqa: N818 - names the condition
    """No complete response came: ``reason`` is timeout, connection_error or response_too_large."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Response:
    """A response of any status; ``headers`` by lower-case name."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def retry_after(self) -> float | None:
        """The seconds after which the service wants to be asked again; None if it does not say."""
        for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
            try:
                seconds = float(self.headers.get(name, "")) * unit
            except ValueError:  # absent, or a date, which none of these services sends
                continue
            if 0 <= seconds <= _WAIT_MOST:
                return seconds
        return None


@cache
def _pool() -> Any:
    import httpx  # 0.15 s: imported only by functions that call a service

    return httpx.Client(limits=httpx.Limits(max_connections=32, keepalive_expiry=20))


def post_json(url: str, headers: Mapping[str, str], body: Any, seconds: float) -> Response:
    """Posts JSON; the whole response has come after so many seconds, or `NoResponse` is raised."""
    import httpx

    end = time.monotonic() + seconds
    timeout = httpx.Timeout(seconds, connect=min(_CONNECT_SECONDS, seconds))
    sent = {"content-type": "application/json", **headers}
    received = bytearray()
    try:
        with _pool().stream("POST", url, headers=sent, content=msgspec.json.encode(body), timeout=timeout) as response:
            for chunk in response.iter_bytes():
                received += chunk
                if len(received) > _MAX_BYTES:
                    raise NoResponse("response_too_large")
                if time.monotonic() > end:  # httpx limits each chunk, not all of them together
                    raise NoResponse("timeout")
            return Response(response.status_code, response.headers, bytes(received))
    except httpx.TimeoutException as error:
        raise NoResponse("timeout") from error
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
        raise NoResponse("connection_error") from error
