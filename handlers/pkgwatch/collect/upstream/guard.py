"""The guard in front of each upstream: its circuit breaker and its hourly rate limit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

from handlers.common.dynamodb import Table
from handlers.pkgwatch.collect.upstream import circuit_breaker, rate_limit
from handlers.pkgwatch.collect.upstream.circuit_breaker import UpstreamBreaker
from handlers.pkgwatch.collect.upstream.failures import CIRCUIT_OPEN, RATE_LIMITED, UpstreamError
from handlers.pkgwatch.collect.upstream.rate_limit import RateLimit

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Guard:
    """A circuit breaker and, for most upstreams, a limit of calls an hour."""

    breaker: UpstreamBreaker
    rate_limit: RateLimit | None = None

    def call(self, request: Callable[[], T]) -> T:
        """The result of ``request``. Raises the `UpstreamError` it raises, or one with ``circuit_open`` or
        ``rate_limit_exceeded`` without calling it."""
        # An open circuit uses up none of the hour's calls, and a used-up hour none of the breaker's probes.
        if self.breaker.is_open():
            raise UpstreamError(CIRCUIT_OPEN, blame=None)
        if self.rate_limit and not self.rate_limit.take():
            raise UpstreamError(RATE_LIMITED, blame=None)
        if not self.breaker.allow():
            raise UpstreamError(CIRCUIT_OPEN, blame=None)
        try:
            result = request()
        except UpstreamError as error:
            if error.blame:
                self.breaker.failure()
            elif error.blame is False:
                self.breaker.success()
            raise
        self.breaker.success()
        return result


@cache
def guards(keys: Table, distributed: bool) -> Mapping[str, Guard]:
    """The guards of all upstreams by name, made once per container. Unless ``distributed``, each container has circuit
    breakers of its own; hourly limits are shared in any case."""
    return {
        name: Guard(
            UpstreamBreaker(keys if distributed else None, name),
            RateLimit(keys, name) if name in rate_limit.LIMITS else None,
        )
        for name in circuit_breaker.LIMITS
    }
