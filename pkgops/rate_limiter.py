"""The rate limiter for calls to a service: a token bucket."""

from __future__ import annotations

import time
from collections.abc import Callable


class RateLimiter:
    """A bucket of ``burst`` calls that fills by ``rate`` a second. Not thread-safe."""

    def __init__(self, rate: float, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._burst = burst
        self._clock = clock
        self._available = float(burst)
        self._filled_at = clock()

    def reserve(self, calls: int = 1) -> float:
        """Takes that many calls; returns how many seconds to wait before making them."""
        self._refill()
        self._available -= calls
        return max(0.0, -self._available / self._rate)

    def try_acquire(self) -> bool:
        """Takes one call if it can be made now; True if so."""
        self._refill()
        if self._available < 1:
            return False
        self._available -= 1
        return True

    def _refill(self) -> None:
        now = self._clock()
        self._available = min(float(self._burst), self._available + (now - self._filled_at) * self._rate)
        self._filled_at = now
