"""Throttled calls: the many requests of a run to one upstream, no faster than the upstream accepts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from handlers.common.deadline import Deadline, OutOfTime
from handlers.common.logs import logger
from handlers.pkgwatch.collect.upstream.client import MAX_WAIT
from handlers.pkgwatch.collect.upstream.failures import NotFound, UpstreamError

T = TypeVar("T")

MAX_INTERVAL = 10.0  # seconds between two calls
MAX_FAILURES = 5  # in a row: the upstream is down
TOO_MANY_REQUESTS = "http_429"


class Stopped(Exception):  # noqa: N818 - an outcome, not an error
    """The run ends here; the text is the reason: time, rate_limit or upstream_down."""


@dataclass(slots=True)
class Throttle:
    """Keeps ``interval`` seconds between two calls and doubles them after each 429. The run stops after
    ``max_rate_limited`` of those in a row; a call that got one is repeated ``retries`` times at once."""

    deadline: Deadline
    interval: float
    max_rate_limited: int = 3
    retries: int = 0
    _rate_limited: int = field(default=0, init=False)
    _failures: int = field(default=0, init=False)
    _wait: float = field(default=0.0, init=False)

    def call(self, request: Callable[[], T]) -> T:
        """The result of ``request``, made when its turn comes. Raises the `UpstreamError` it raises, and `Stopped`
        instead of calling it."""
        for attempt in range(self.retries + 1):
            self._wait_for_turn()
            try:
                result = request()
            except UpstreamError as error:
                self._record(error)
                if error.code != TOO_MANY_REQUESTS or attempt == self.retries:
                    raise
            except OutOfTime as error:
                raise Stopped("time") from error
            else:
                self._rate_limited = self._failures = 0
                return result
        raise AssertionError("an attempt returns or raises")

    def _wait_for_turn(self) -> None:
        if self._rate_limited >= self.max_rate_limited:
            raise Stopped("rate_limit")
        if self._failures >= MAX_FAILURES:
            raise Stopped("upstream_down")
        try:
            self.deadline.wait(self._wait)
        except OutOfTime as error:
            raise Stopped("time") from error
        self._wait = self.interval

    def _record(self, error: UpstreamError) -> None:
        if isinstance(error, NotFound):
            self._rate_limited = self._failures = 0
            return
        logger.warning("A call failed", extra={"reason": error.code})
        if error.code != TOO_MANY_REQUESTS:
            self._rate_limited, self._failures = 0, self._failures + 1
            return
        self._rate_limited += 1
        self.interval = min(self.interval * 2, MAX_INTERVAL)
        self._wait = max(self.interval, error.retry_after or 0)
        if self._wait > MAX_WAIT:
            self._rate_limited = self.max_rate_limited  # it asks for a longer pause than a run lasts
