"""How is a document fetched from an upstream?

Threads with one pooled client, not asyncio: the tables are asked by threads in any case, and a request costs 0.6 ms
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

from handlers.pkgwatch.collect.upstream.deadline import Budget
from handlers.pkgwatch.collect.upstream.failures import INVALID_JSON, Absent, Failed, OutOfTime

T = TypeVar("T")

# A number of things: what is out of bounds is no answer, and DynamoDB would refuse it.
Count = Annotated[int, msgspec.Meta(ge=0, le=2**53)]

TOTAL, CONNECT = 30.0, 10.0  # seconds for one request, and for its connection
ATTEMPTS = 3
BASE = 1.0  # seconds before the second attempt, doubled for each further one
LONGEST_WAIT = 60.0  # an upstream that wants more is asked another time
LARGEST = 64 * 2**20  # bytes of a document; the largest packages' are around 30 MB
_PASSING = {429, 500, 502, 503, 504}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whatever the status; ``headers`` by lower-case name."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@cache
def connections() -> Any:
    """This container's pooled client."""
    import httpx  # 0.25 s: only those who ask an upstream wait for it

    return httpx.Client(
        follow_redirects=True,
        limits=httpx.Limits(max_connections=64, max_keepalive_connections=32, keepalive_expiry=20),
        headers={"User-Agent": "pkgwatch-collector (https://pkgwatch.dev)", "Accept": "application/json"},
    )


@dataclass(frozen=True, slots=True)
class Web:
    """Fetches documents within a run's ``budget`` of time. ``client`` is httpx's; ``total`` are seconds a request may
    take, ``largest`` the bytes of a document."""

    client: Any
    budget: Budget
    total: float = TOTAL
    largest: int = LARGEST

    def get(self, url: str, shape: type[T], attempts: int = ATTEMPTS) -> T:
        """The JSON document at ``url`` as a ``shape`` (of msgspec). Network errors, 429 and 5xx are tried again, as
        long after as the upstream wants. Raises `Failed`, `Absent` for 404, and `OutOfTime`."""
        for attempt in range(1, attempts + 1):
            try:
                return decoded(checked(self.fetch(url)).body, shape)
            except Failed as failed:
                if attempt == attempts or not failed.again or (failed.wait or 0) > LONGEST_WAIT:
                    raise
                self.budget.wait(max(backoff(attempt), failed.wait or 0))
        raise AssertionError("an attempt returns or raises")

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> Answer:
        """One request, whatever the status. Raises `Failed` if no whole answer came in time, and `OutOfTime`."""
        import httpx

        left = self.budget.left()
        if left <= 0:
            raise OutOfTime
        within = min(self.total, left)
        try:
            return self._read(url, headers, within)
        except httpx.TimeoutException as error:
            failed = Failed("timeout", again=True)
            raise (OutOfTime() if self.budget.left() <= 0 else failed) from error
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            raise Failed("connection_error", again=isinstance(error, httpx.TransportError)) from error

    def _read(self, url: str, headers: Mapping[str, str] | None, within: float) -> Answer:
        import httpx

        ends = time.monotonic() + within
        timeout = httpx.Timeout(within, connect=min(CONNECT, within))
        body = bytearray()
        with self.client.stream("GET", url, headers=headers, timeout=timeout) as response:
            for piece in response.iter_bytes():
                body += piece
                if len(body) > self.largest:
                    raise Failed("response_too_large")
                if time.monotonic() > ends:  # httpx bounds each piece, not all of them together
                    raise httpx.ReadTimeout("the whole took too long")
            return Answer(response.status_code, response.headers, bytes(body))


def checked(answer: Answer) -> Answer:
    """The answer if it is a good one. Raises `Failed`, `Absent` for 404."""
    if answer.status == 404:
        raise Absent
    if answer.status >= 300:
        raise Failed(f"http_{answer.status}", again=answer.status in _PASSING, wait=retry_after(answer))
    return answer


def decoded(body: bytes, shape: type[T]) -> T:
    """JSON as a ``shape``. Raises `Failed` with ``invalid_json_response``."""
    try:
        return msgspec.json.decode(body, type=shape)
    except (ValueError, RecursionError) as error:
        raise Failed(INVALID_JSON) from error


def retry_after(answer: Answer) -> float | None:
    """Seconds the upstream wants to be left alone; None if it does not say so in a number."""
    with suppress(ValueError):
        seconds = float(answer.headers.get("retry-after", ""))
        return seconds if 0 <= seconds < float("inf") else None
    return None


def backoff(attempt: int) -> float:
    """Seconds after the given attempt, the first being 1, with a random part that spreads load."""
    return BASE * 2.0 ** (attempt - 1) * (0.5 + random.uniform(0, 0.5))  # noqa: S311
