"""How long does a test wait for something that happens elsewhere: in a thread, a queue, the emulator?"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

SOON = 30.0  # seconds after which a test has failed; most need less than one


def eventually(found: Callable[[], Any], patience: float = SOON) -> Any:
    """What ``found`` returns once that is true."""
    end = time.monotonic() + patience
    while not (result := found()):
        assert time.monotonic() < end, "did not happen"
        time.sleep(0.01)
    return result
