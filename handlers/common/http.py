"""HTTP requests to services on the internet: what one of them may take, and what became of it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

CONNECT_SECONDS = 10.0
MAX_BYTES = 16 * 2**20  # of a response

_MAX_PORT = 65535  # httpx passes a higher one on, and the C library calls what is left of it modulo 65536
_WAIT_MOST = 86_400.0  # seconds


class NoResponse(Exception):  # noqa: N818 - names the condition
    """No complete response came: ``reason`` is timeout, connection_error or response_too_large. ``retryable`` says
    whether the same request may be answered later, ``sent`` whether the service may have received it."""

    def __init__(self, reason: str, *, retryable: bool, sent: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retryable = retryable
        self.sent = sent


@dataclass(frozen=True, slots=True)
class Response:
    """A response of any status; ``headers`` by lower-case name."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def retry_after(self) -> float | None:
        """The seconds after which the service wants to be asked again, a day at most; None if it does not say so."""
        for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
            try:
                seconds = float(self.headers.get(name, "")) * unit
            except ValueError:  # absent, or a date, which none of the services asked here sends
                continue
            if 0 <= seconds < float("inf"):
                return min(seconds, _WAIT_MOST)
        return None


@dataclass(frozen=True, slots=True)
class HttpClient:
    """Makes requests over ``pool``, httpx's client; responses have at most ``max_bytes``."""

    pool: Any
    max_bytes: int = MAX_BYTES

    def request(
        self, method: str, url: str, seconds: float, headers: Mapping[str, str] | None = None, content: bytes = b""
    ) -> Response:
        """One request, whose response has come as a whole within so many seconds. Raises `NoResponse`."""
        import httpx  # 0.15 s: imported only by functions that call a service

        try:
            address = httpx.URL(url)
            if (address.port or 0) > _MAX_PORT:
                raise httpx.InvalidURL("the port is out of range")
            timeout = httpx.Timeout(seconds, connect=min(CONNECT_SECONDS, seconds))
            end = time.monotonic() + seconds
            with self.pool.stream(
                method, address, headers=headers, content=content or None, timeout=timeout
            ) as response:
                return Response(response.status_code, response.headers, self._read(response, end))
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            raise _no_response(error) from error

    def _read(self, response: Any, end: float) -> bytes:
        body = bytearray()
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > self.max_bytes:
                raise NoResponse("response_too_large", retryable=False, sent=True)
            if time.monotonic() > end:  # httpx limits each chunk, not all of them together
                raise NoResponse("timeout", retryable=True, sent=True)
        return bytes(body)


def _no_response(error: Exception) -> NoResponse:
    import httpx

    no_address = httpx.InvalidURL, httpx.UnsupportedProtocol
    never_left = httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout
    return NoResponse(
        "timeout" if isinstance(error, httpx.TimeoutException) else "connection_error",
        retryable=isinstance(error, httpx.TransportError) and not isinstance(error, no_address),
        sent=not isinstance(error, (*never_left, *no_address)),
    )
