"""HTTP client for the upstreams: fetches documents within a run's deadline and retries.

Threads with one client, not asyncio: the tables are read by threads in any case, and an asynchronous client costs more
of the processor.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, TypeVar

import msgspec

from handlers.common.deadline import Deadline, OutOfTime
from handlers.common.http import HttpClient, NoResponse, Response
from handlers.pkgwatch.collect.upstream.failures import INVALID_JSON, NotFound, UpstreamError

T = TypeVar("T")

# A number of things: a count out of bounds is not an answer, and DynamoDB would refuse it.
Count = Annotated[int, msgspec.Meta(ge=0, le=2**53)]

REQUEST_TIMEOUT = 30.0  # seconds
MAX_ATTEMPTS = 3
BASE_DELAY = 1.0  # seconds before the second attempt, doubled for each further one
MAX_WAIT = 60.0  # seconds: an upstream that asks for more is left for another run
MAX_BYTES = 64 * 2**20  # of a document; the largest packages' are around 30 MB
_RETRYABLE = {429, 500, 502, 503, 504}


@cache
def http_client() -> HttpClient:
    """The client of this container."""
    headers = {"User-Agent": "pkgwatch-collector (https://pkgwatch.dev)", "Accept": "application/json"}
    return HttpClient(headers, redirects=20, max_bytes=MAX_BYTES)


@dataclass(frozen=True, slots=True)
class UpstreamClient:
    """Fetches documents until ``deadline``; ``timeout`` is in seconds for a whole request."""

    http: HttpClient
    deadline: Deadline
    timeout: float = REQUEST_TIMEOUT

    @classmethod
    def of(cls, context: Any, reserve: float) -> UpstreamClient:
        """The client of an invocation, whose last ``reserve`` seconds are kept free of requests."""
        return cls(http_client(), Deadline.of(context, reserve))

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
        left = self.deadline.left()
        if left <= 0:
            raise OutOfTime
        try:
            return self.http.request("GET", url, min(self.timeout, left), headers)
        except NoResponse as error:
            if error.reason == "timeout" and self.deadline.passed():
                raise OutOfTime from error
            raise UpstreamError(error.reason, retryable=error.retryable) from error


def check_status(response: Response) -> Response:
    """The response if it is successful. Raises `UpstreamError`, `NotFound` for 404."""
    if response.status == 404:
        raise NotFound
    if response.status >= 300:
        retryable = response.status in _RETRYABLE
        raise UpstreamError(f"http_{response.status}", retryable=retryable, retry_after=response.retry_after)
    return response


def decode(body: bytes, shape: type[T]) -> T:
    """JSON as a ``shape``. Raises `UpstreamError` with ``invalid_json_response``."""
    try:
        return msgspec.json.decode(body, type=shape)
    except (ValueError, RecursionError) as error:
        raise UpstreamError(INVALID_JSON) from error


def backoff(attempt: int) -> float:
    """Seconds to wait after the given attempt, counted from 1, with a random part that spreads load."""
    return BASE_DELAY * 2.0 ** (attempt - 1) * (0.5 + random.uniform(0, 0.5))  # noqa: S311
