"""HTTP client for the upstreams: fetches documents within a run's deadline and retries.

Threads with one pooled client, not asyncio: the tables are read by threads in any case, and a request costs 0.6 ms
of CPU this way where it takes httpx's asynchronous client 1.3 (ten at once against a server that takes 50 ms).
"""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, TypeVar

import msgspec

from handlers.common.deadline import Deadline, OutOfTime
from handlers.pkgwatch.collect.upstream.failures import INVALID_JSON, NotFound, UpstreamError

T = TypeVar("T")

# A number of things: a count out of bounds is not an answer, and DynamoDB would refuse it.
Count = Annotated[int, msgspec.Meta(ge=0, le=2**53)]

REQUEST_TIMEOUT, CONNECT_TIMEOUT = 30.0, 10.0  # seconds
MAX_ATTEMPTS = 3
BASE_DELAY = 1.0  # seconds before the second attempt, doubled for each further one
MAX_WAIT = 60.0  # seconds: an upstream that asks for more is left for another run
MAX_BYTES = 64 * 2**20  # of a document; the largest packages' are around 30 MB
MAX_PORT = 65535  # httpx passes a higher one on, and the C library calls what is left of it modulo 65536
_RETRYABLE = {429, 500, 502, 503, 504}


@dataclass(frozen=True, slots=True)
class Response:
    """A response of any status; ``headers`` by lower-case name."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@cache
def connection_pool() -> Any:
    """The pooled client of this container."""
    import httpx  # 0.25 s: imported only by functions that call an upstream

    return httpx.Client(
        follow_redirects=True,
        limits=httpx.Limits(max_connections=64, max_keepalive_connections=32, keepalive_expiry=20),
        headers={"User-Agent": "pkgwatch-collector (https://pkgwatch.dev)", "Accept": "application/json"},
    )


@dataclass(frozen=True, slots=True)
class UpstreamClient:
    """Fetches documents until ``deadline``. ``pool`` is httpx's client; ``timeout`` is in seconds for a whole request,
    ``max_bytes`` the limit of a document."""

    pool: Any
    deadline: Deadline
    timeout: float = REQUEST_TIMEOUT
    max_bytes: int = MAX_BYTES

    @classmethod
    def of(cls, context: Any, reserve: float) -> UpstreamClient:
        """The client of an invocation, whose last ``reserve`` seconds are kept free of requests."""
        return cls(connection_pool(), Deadline.of(context, reserve))

    def get(self, url: str, shape: type[T], attempts: int = MAX_ATTEMPTS) -> T:
        """The JSON document at ``url`` as a ``shape`` (of msgspec). Retries network errors, 429 and 5xx, and waits at
        least as long as the upstream asks. Raises `UpstreamError`, `NotFound` for 404, and `OutOfTime`."""
        for attempt in range(1, attempts + 1):
            try:
                return decode(check_status(self.fetch(url)).body, shape)
            except UpstreamError as error:
                if attempt == attempts or not error.retryable or (error.retry_after or 0) > MAX_WAIT:
                    raise
                self.deadline.wait(max(backoff(attempt), error.retry_after or 0))
        raise AssertionError("an attempt returns or raises")

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> Response:
        """One request, whatever its status. Raises `UpstreamError` if no complete response came in time, and
        `OutOfTime`."""
        import httpx

        left = self.deadline.left()
        if left <= 0:
            raise OutOfTime
        try:
            return self._read(url, headers, min(self.timeout, left))
        except httpx.TimeoutException as error:
            timeout = UpstreamError("timeout", retryable=True)
            raise (OutOfTime() if self.deadline.passed() else timeout) from error
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            retryable = isinstance(error, httpx.TransportError)
            raise UpstreamError("connection_error", retryable=retryable) from error

    def _read(self, url: str, headers: Mapping[str, str] | None, seconds: float) -> Response:
        import httpx

        if (httpx.URL(url).port or 0) > MAX_PORT:
            raise httpx.InvalidURL("the port is out of range")
        end = time.monotonic() + seconds
        timeout = httpx.Timeout(seconds, connect=min(CONNECT_TIMEOUT, seconds))
        body = bytearray()
        with self.pool.stream("GET", url, headers=headers, timeout=timeout) as response:
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > self.max_bytes:
                    raise UpstreamError("response_too_large")
                if time.monotonic() > end:  # httpx limits each chunk, not all of them together
                    raise httpx.ReadTimeout("the whole response took too long")
            return Response(response.status_code, response.headers, bytes(body))


def check_status(response: Response) -> Response:
    """The response if it is successful. Raises `UpstreamError`, `NotFound` for 404."""
    if response.status == 404:
        raise NotFound
    if response.status >= 300:
        retryable = response.status in _RETRYABLE
        raise UpstreamError(f"http_{response.status}", retryable=retryable, retry_after=retry_after(response))
    return response


def decode(body: bytes, shape: type[T]) -> T:
    """JSON as a ``shape``. Raises `UpstreamError` with ``invalid_json_response``."""
    try:
        return msgspec.json.decode(body, type=shape)
    except (ValueError, RecursionError) as error:
        raise UpstreamError(INVALID_JSON) from error


def retry_after(response: Response) -> float | None:
    """The seconds in the Retry-After header; None without one, or if it is no number of seconds."""
    with suppress(ValueError):
        seconds = float(response.headers.get("retry-after", ""))
        return seconds if 0 <= seconds < float("inf") else None
    return None


def backoff(attempt: int) -> float:
    """Seconds to wait after the given attempt, counted from 1, with a random part that spreads load."""
    return BASE_DELAY * 2.0 ** (attempt - 1) * (0.5 + random.uniform(0, 0.5))  # noqa: S311
