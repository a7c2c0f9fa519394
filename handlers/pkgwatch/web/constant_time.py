"""How long does an answer take that must not tell whether an address is known?"""

from __future__ import annotations

import time


class Floor:
    """A moment before which no answer goes out: ``with`` waits for it however its block ends, or `wait` does."""

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds

    def wait(self) -> None:
        """Sleeps what is left."""
        time.sleep(max(0.0, self._until - time.monotonic()))

    def __enter__(self) -> Floor:
        return self

    def __exit__(self, *_: object) -> None:
        self.wait()


def at_least(seconds: float) -> Floor:
    """Begins now: ``with at_least(settings().response_floor_seconds): ...``"""
    return Floor(seconds)
