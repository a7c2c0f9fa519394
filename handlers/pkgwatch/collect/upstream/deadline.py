"""How much time has this run left to wait in?"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from handlers.pkgwatch.collect.upstream.failures import OutOfTime


@dataclass(frozen=True, slots=True)
class Budget:
    """``left()`` are the seconds until the run has to come to its end."""

    left: Callable[[], float]
    sleep: Callable[[float], None] = time.sleep

    def wait(self, seconds: float) -> None:
        """Sleeps. Raises `OutOfTime` at once if that is too long."""
        if seconds >= self.left():
            raise OutOfTime
        self.sleep(seconds)
