"""Responses that take the same time whether an e-mail address is known or not."""

from __future__ import annotations

import time


class MinimumTime:
    """A time span that a response takes at least: ``with`` waits for its end however the block ends, or `wait` does."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def wait(self) -> None:
        """Sleeps until the end."""
        time.sleep(max(0.0, self._end - time.monotonic()))

    def __enter__(self) -> MinimumTime:
        return self

    def __exit__(self, *_: object) -> None:
        self.wait()


def at_least(seconds: float) -> MinimumTime:
    """The time span that starts now: ``with at_least(settings().response_floor_seconds): ...``"""
    return MinimumTime(seconds)
