"""A circuit breaker, which stops calls to a failing dependency for a while."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class CircuitBreaker:
    """The breaker of one container, thread-safe.

    Closed, it opens after ``failures`` in a row. Open, it refuses calls for ``timeout`` seconds. Half open, it then
    allows ``probes`` calls: ``successes`` of them close it, one failure opens it again. Probes whose result is never
    reported count no longer after another ``timeout``.
    """

    def __init__(
        self,
        failures: int,
        timeout: float,
        successes: int,
        probes: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limits = (failures, timeout, successes, probes)
        self._clock = clock
        self._lock = threading.Lock()
        self._state = "closed"
        self._since = 0.0
        self._failed = self._succeeded = self._probing = 0

    @property
    def state(self) -> str:
        """closed, open or half_open."""
        return self._state

    def refuses(self) -> bool:
        """Whether it is open and its timeout is not over; uses up no probe."""
        return self._state == "open" and self._clock() - self._since < self._limits[1]

    def allows(self) -> bool:
        """Whether a call may be made now; every call made must be followed by `succeeded` or `failed`."""
        if self._state == "closed":
            return True
        _, timeout, _, probes = self._limits
        with self._lock:
            waited = self._clock() - self._since >= timeout
            if waited and (self._state == "open" or self._probing >= probes):
                self._move("half_open")
            if self._state == "half_open" and self._probing < probes:
                self._probing += 1
                return True
            return self._state == "closed"

    def succeeded(self) -> None:
        """Reports a call that worked."""
        if self._state == "closed" and not self._failed:
            return
        with self._lock:
            self._failed = 0
            if self._state == "half_open":
                self._succeeded += 1
                if self._succeeded >= self._limits[2]:
                    self._move("closed")

    def failed(self) -> None:
        """Reports a call that did not work."""
        with self._lock:
            self._failed += 1
            if self._state == "half_open" or (self._state == "closed" and self._failed >= self._limits[0]):
                self._move("open")

    def _move(self, state: str) -> None:
        self._state = state
        self._since = self._clock()
        self._failed = self._succeeded = self._probing = 0
