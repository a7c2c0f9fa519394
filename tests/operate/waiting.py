"""How long does a test wait for something that happens in another thread?"""

from __future__ import annotations

import time
from collections.abc import Callable

SOON = 20.0  # seconds after which a test has failed; none needs more than one


def eventually(true: Callable[[], bool]) -> None:
    end = time.monotonic() + SOON
    while not true():
        assert time.monotonic() < end, "did not happen"
        time.sleep(0.01)
