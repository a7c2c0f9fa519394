"""How long does a test wait for something that happens elsewhere: in a thread, a queue, the emulator?"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

SOON = 30.0  # seconds after which a test has failed; most need less than one


def eventually(found: Callable[[], Any], patience: float = SOON) -> Any:
    """What ``found`` returns once that is true."""
    end = time.monotonic() + patience
    while not (result := found()):
        assert time.monotonic() < end, "did not happen"
        time.sleep(0.01)
    return result


def unread(port: int) -> bool:
    """True if a connection to that port holds bytes that its process has not read; skips the test where the system
    does not tell, which is anywhere but on Linux."""
    table = Path("/proc/net/tcp")
    if not table.exists():
        pytest.skip("only Linux tells what a connection holds")
    rows = [row.split() for row in table.read_text().splitlines()[1:]]
    here = f":{port:04X}"
    return any(row[1].endswith(here) and row[3] == "01" and not row[4].endswith(":00000000") for row in rows)
