"""HTTP requests to services on the internet: what one of them may take, and what became of it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from urllib.parse import urlsplit

from urllib3 import BaseHTTPResponse, PoolManager, Retry, Timeout
from urllib3.exceptions import (
    ConnectTimeoutError,
    DecodeError,
    EmptyPoolError,
    HTTPError,
    LocationValueError,
    MaxRetryError,
    NewConnectionError,
    ProxyError,
    ReadTimeoutError,
    ResponseError,
)

from handlers.common.connections import kept_connections, proxy_of

MAX_BYTES = 16 * 2**20  # of a response

_DEFAULTS = {"accept": "*/*", "accept-encoding": "gzip, deflate"}
_CHUNK = 2**16  # bytes
_WAIT_MOST = 86_400.0  # seconds
_NEVER_LEFT = ConnectTimeoutError, NewConnectionError, ProxyError, EmptyPoolError, LocationValueError
_NO_BETTER_LATER = LocationValueError, DecodeError, ResponseError  # the last are redirects that do not end


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
    """Makes requests over connections it keeps, all with ``headers``. It follows so many ``redirects``, waits
    ``connect`` seconds for a connection, and takes responses of at most ``max_bytes``. For the life of a container, and
    for all of its threads."""

    headers: Mapping[str, str] = field(default_factory=dict)
    redirects: int = 0
    connect: float = 10.0
    max_bytes: int = MAX_BYTES
    _pools: dict[tuple[str, str], PoolManager] = field(default_factory=dict)

    def request(
        self, method: str, url: str, seconds: float, headers: Mapping[str, str] | None = None, content: bytes = b""
    ) -> Response:
        """One request, whose response has come as a whole within so many seconds. Raises `NoResponse`."""
        end = time.monotonic() + seconds
        try:
            response = self._pool(url).request(
                method,
                url,
                body=content or None,
                headers=_DEFAULTS | _lower(self.headers) | _lower(headers or {}),
                timeout=Timeout(total=seconds, connect=min(self.connect, seconds), read=seconds),
                pool_timeout=seconds,
                redirect=self.redirects > 0,
                retries=_no_retries(self.redirects),
                preload_content=False,
            )
            try:
                return Response(response.status, response.headers, self._read(response, end))
            finally:
                response.close()
                response.release_conn()  # or its place would be taken for ever
        except HTTPError as error:
            raise _no_response(error) from error
        except ValueError:  # an address or a header that is none; the text would repeat it, and so perhaps a key
            raise NoResponse("connection_error", retryable=False, sent=False) from None

    def _pool(self, url: str) -> PoolManager:
        """The kept connections to a service, which are found without reading the environment again."""
        parts = urlsplit(url)
        service = (parts.scheme, parts.netloc)
        return self._pools.get(service) or self._pools.setdefault(service, kept_connections(proxy_of(url)))

    def _read(self, response: BaseHTTPResponse, end: float) -> bytes:
        body = bytearray()
        while chunk := response.read1(_CHUNK):
            body += chunk
            if len(body) > self.max_bytes:
                raise NoResponse("response_too_large", retryable=False, sent=True)
            if time.monotonic() > end:  # urllib3 limits each chunk, not all of them together
                raise NoResponse("timeout", retryable=True, sent=True)
        return bytes(body)


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


@cache
def _no_retries(redirects: int) -> Retry:
    return Retry(None, connect=0, read=0, status=0, other=0, redirect=redirects, respect_retry_after_header=False)


def _no_response(error: Exception) -> NoResponse:
    error = error.reason if isinstance(error, MaxRetryError) and error.reason else error
    late = isinstance(error, (ConnectTimeoutError, ReadTimeoutError, EmptyPoolError))
    return NoResponse(
        "timeout" if late and not isinstance(error, NewConnectionError) else "connection_error",
        retryable=not isinstance(error, _NO_BETTER_LATER),
        sent=not isinstance(error, _NEVER_LEFT),
    )
