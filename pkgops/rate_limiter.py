"""How often may a service be asked?"""

from __future__ import annotations

import time
from collections.abc import Callable


class RateLimiter:
    """A bucket of ``most`` calls that fills by ``rate`` a second. For one thread."""

    def __init__(self, rate: float, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._most = most
        self._clock = clock
        self._left = float(most)
        self._filled = clock()

    def reserve(self, calls: int = 1) -> float:
        """Takes so many calls, and says how many seconds to wait before they are made."""
        self._fill()
        self._left -= calls
        return max(0.0, -self._left / self._rate)

    def try_acquire(self) -> bool:
        """Takes a call if it can be made at once."""
        self._fill()
        if self._left < 1:
            return False
        self._left -= 1
        return True

    def _fill(self) -> None:
        now = self._clock()
        self._left = min(float(self._most), self._left + (now - self._filled) * self._rate)
        self._filled = now
